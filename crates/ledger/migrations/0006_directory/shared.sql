-- The directory people can trust: what an entry's source said and what was changed here, who confirmed it when, what
-- became of it, what readers report, and what was looked for and not found.

-- What the source last said, where something was changed here; `body` is what is shown.
ALTER TABLE service ADD COLUMN source_body TEXT;
ALTER TABLE service ADD COLUMN confirmed_on TEXT;
ALTER TABLE service ADD COLUMN confirmed_by TEXT;
-- Shown to staff only, until a steward releases it.
ALTER TABLE service ADD COLUMN withheld BIGINT NOT NULL DEFAULT 0 CHECK (withheld IN (0, 1));
ALTER TABLE service ADD COLUMN released BIGINT NOT NULL DEFAULT 0 CHECK (released IN (0, 1));
-- How the group answers, counted over all schemes.
ALTER TABLE service ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN accepted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN reply_days BIGINT;
ALTER TABLE service ADD COLUMN open_reports BIGINT NOT NULL DEFAULT 0;
-- How many people were sent there or told of it in the last year, and why the group said no most often.
ALTER TABLE service ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN declined BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN declined_most BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN declined_why TEXT;
-- The day on which the group was last asked whether the entry is still right.
ALTER TABLE service ADD COLUMN asked_on TEXT;
CREATE INDEX service_reported ON service (open_reports);
CREATE INDEX service_withheld ON service (withheld);
CREATE INDEX service_by_hsds ON service (hsds_id);
CREATE INDEX service_used ON service (used);
CREATE INDEX connection_by_day ON connection (offered_at);
CREATE INDEX signpost_by_day ON signpost (made_at);

-- A property of an entry that was changed here: it stands whatever the source says later. No value: taken out.
CREATE TABLE service_field (
  service TEXT NOT NULL REFERENCES service (id),
  field   TEXT NOT NULL,
  value   TEXT,
  told_by TEXT NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (service, field)
);

-- What an entry said before.
CREATE TABLE service_version (
  service  TEXT NOT NULL REFERENCES service (id),
  seq      BIGINT NOT NULL,
  body     TEXT NOT NULL,
  until    BIGINT NOT NULL,
  ended_by TEXT NOT NULL,
  PRIMARY KEY (service, seq)
);

-- What a reader says is wrong. Nobody is named.
CREATE TABLE service_report (
  id         TEXT NOT NULL PRIMARY KEY,
  service    TEXT NOT NULL REFERENCES service (id),
  wrong      TEXT NOT NULL,
  note       TEXT,
  made_at    BIGINT NOT NULL,
  settled_at BIGINT,
  settled_how TEXT
);
CREATE INDEX service_report_open ON service_report (service, settled_at);

-- What somebody looked for and did not find, or found full.
CREATE TABLE directory_gap (
  tenant       TEXT NOT NULL REFERENCES tenant (id),
  id           TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  why          TEXT NOT NULL,
  words        TEXT,
  need         TEXT,
  place        TEXT,
  days         TEXT,
  language     TEXT,
  made_at      BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX directory_gap_by_day ON directory_gap (made_at);
CREATE INDEX directory_gap_by_organisation ON directory_gap (tenant, organisation, made_at);

-- Where entries come from, and what may be done with them.
CREATE TABLE directory_source (
  name        TEXT NOT NULL PRIMARY KEY,
  licence     TEXT,
  attribution TEXT,
  republish   BIGINT NOT NULL CHECK (republish IN (0, 1))
);
