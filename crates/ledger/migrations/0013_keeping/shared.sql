-- How long records are kept, as a scheme has confirmed it; none while nobody has, and then nothing is destroyed.
CREATE TABLE retention_schedule (
  tenant              TEXT NOT NULL,
  scheme              TEXT NOT NULL,
  version             BIGINT NOT NULL,
  adult_years         BIGINT NOT NULL,
  child_until_age     BIGINT NOT NULL,
  seventeen_until_age BIGINT NOT NULL,
  in_force_from       TEXT NOT NULL,
  source              TEXT NOT NULL,
  confirmed_by        TEXT NOT NULL,
  confirmed_at        BIGINT NOT NULL,
  PRIMARY KEY (tenant, scheme, version),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, confirmed_by) REFERENCES app_user (tenant, id)
);

-- A record that is kept longer than the schedule says. It goes with the record.
CREATE TABLE record_hold (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  person     TEXT NOT NULL,
  until_on   TEXT NOT NULL,
  reason     TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  FOREIGN KEY (tenant, decided_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX record_hold_by_person ON record_hold (tenant, person, scheme, decided_at, id);

-- That a record was destroyed: when, by whom, why. Nothing of the record, and nothing of whose it was.
CREATE TABLE erasure (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  ground     TEXT NOT NULL,
  ended_year BIGINT NOT NULL,
  row_count  BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, decided_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX erasure_by_scheme ON erasure (tenant, scheme, decided_at);

-- All cases of one person; and those that ended, oldest first.
CREATE INDEX case_file_by_person ON case_file (tenant, person, scheme);
DROP INDEX case_file_closed;
CREATE INDEX case_file_closed ON case_file (tenant, scheme, closed_at, id) WHERE closed_at IS NOT NULL;

-- What somebody was told on a consent, for when the consent goes.
CREATE INDEX telling_by_consent ON telling (tenant, consent);

-- What was written to colleagues about a referral, a letter, a visit goes with it: an id, alone or before a stroke.
CREATE INDEX outbox_by_subject ON outbox (tenant, substr(subject, 1, 26));

-- Referrals that no case came of, by whose they are.
CREATE INDEX referral_uncased ON referral (tenant, scheme, name_folded) WHERE case_id IS NULL;
