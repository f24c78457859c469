-- Reference figures, and what a whole region needs. Portable types only, as in the foundation.

-- One edition of a reference table: the figures of one day. An edition is never changed: other figures for the same day
-- are its next version. The digest tells whether a file has been read before.
CREATE TABLE reference_edition (
  id        TEXT NOT NULL PRIMARY KEY,
  kind      TEXT NOT NULL,
  name      TEXT NOT NULL,
  as_of     TEXT NOT NULL,
  version   BIGINT NOT NULL,
  source    TEXT NOT NULL,
  digest    TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  added_at  BIGINT NOT NULL,
  UNIQUE (kind, name, as_of, version)
);

-- Patients registered with a practice, by its code; sex and age are ALL in the whole.
CREATE TABLE list_size (
  edition  TEXT NOT NULL REFERENCES reference_edition (id),
  practice TEXT NOT NULL,
  sex      TEXT NOT NULL,
  age      TEXT NOT NULL,
  patients BIGINT NOT NULL,
  PRIMARY KEY (edition, practice, sex, age)
);

-- How deprived a place is: a small area, a practice or a network by its code. Tenth 1 is the most deprived. The score is
-- in millionths.
CREATE TABLE deprivation (
  edition TEXT NOT NULL REFERENCES reference_edition (id),
  area    TEXT NOT NULL,
  tenth   BIGINT NOT NULL CHECK (tenth BETWEEN 1 AND 10),
  rank    BIGINT,
  score   BIGINT,
  PRIMARY KEY (edition, area)
);
CREATE INDEX deprivation_by_area ON deprivation (area);

-- Appointments in general practice: a month of one area, by how and with whom.
CREATE TABLE appointments (
  edition      TEXT NOT NULL REFERENCES reference_edition (id),
  area         TEXT NOT NULL,
  month        TEXT NOT NULL,
  status       TEXT NOT NULL,
  professional TEXT NOT NULL,
  mode         TEXT NOT NULL,
  wait         TEXT NOT NULL,
  appointments BIGINT NOT NULL,
  PRIMARY KEY (edition, area, month, status, professional, mode, wait)
);

-- A carer or friend who asked for the referral: who they are to the person, and how to reach them.
ALTER TABLE referral ADD COLUMN asker TEXT;

-- What counts of flow read: from the index alone, without the rows.
DROP INDEX referral_by_scheme;
CREATE INDEX referral_by_scheme ON referral (tenant, scheme, sent_at, practice, state);
CREATE INDEX referral_by_practice_sent ON referral (tenant, practice, sent_at, state);
CREATE INDEX case_file_open_by_practice ON case_file (tenant, practice, scheme) WHERE closed_at IS NULL;
CREATE INDEX case_file_open_by_scheme ON case_file (tenant, scheme, practice) WHERE closed_at IS NULL;

-- The last first contacts of a link worker, in order.
DROP INDEX case_file_first_by_worker;
CREATE INDEX case_file_first_by_worker ON case_file (tenant, worker, first_contact, id);
