-- The rest of the journey. Portable types only, as in the foundation.

-- A plan is written whole, as a new version; the newest stands. The body is the plan as JSON.
CREATE TABLE plan_version (
  tenant     TEXT NOT NULL,
  case_id    TEXT NOT NULL,
  version    BIGINT NOT NULL,
  body       TEXT NOT NULL,
  author     TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, version),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, author) REFERENCES app_user (tenant, id)
);

-- The directory belongs to the installation. A service is kept whole, as HSDS-UK writes it; what search needs is
-- derived in memory. Each change takes the next number of the sequence: a node reads what is newer than it knows.
CREATE TABLE directory_sequence (
  only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
  value    BIGINT NOT NULL
);
INSERT INTO directory_sequence (only_row, value) VALUES (1, 0);

CREATE TABLE service (
  id         TEXT NOT NULL PRIMARY KEY,
  source     TEXT NOT NULL,
  hsds_id    TEXT NOT NULL,
  name       TEXT NOT NULL,
  body       TEXT NOT NULL,
  seq        BIGINT NOT NULL UNIQUE,
  changed_at BIGINT NOT NULL,
  UNIQUE (source, hsds_id)
);

-- Where a postcode is, in microdegrees.
CREATE TABLE postcode (
  postcode  TEXT NOT NULL PRIMARY KEY,
  latitude  BIGINT NOT NULL,
  longitude BIGINT NOT NULL,
  lsoa      TEXT,
  source    TEXT NOT NULL
);

-- A person put in touch with a service. The name of the service is kept as it was when the person agreed.
CREATE TABLE connection (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  case_id      TEXT NOT NULL,
  service      TEXT NOT NULL REFERENCES service (id),
  service_name TEXT NOT NULL,
  request_key  TEXT NOT NULL,
  state        TEXT NOT NULL,
  ask          TEXT NOT NULL,
  first_visit  TEXT,
  told         TEXT NOT NULL,
  group_email  TEXT,
  offered_by   TEXT NOT NULL,
  offered_at   BIGINT NOT NULL,
  answered_at  BIGINT,
  answered_by  TEXT,
  reason       TEXT,
  started_on   TEXT,
  came         BIGINT NOT NULL DEFAULT 0,
  missed       BIGINT NOT NULL DEFAULT 0,
  ended_at     BIGINT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, offered_by, request_key),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, offered_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX connection_by_case ON connection (tenant, case_id);
CREATE INDEX connection_by_service ON connection (service, tenant);

-- Whether the person came, a row a day; told by the group through its link or by the scheme.
CREATE TABLE connection_visit (
  tenant     TEXT NOT NULL,
  connection TEXT NOT NULL,
  on_day     TEXT NOT NULL,
  came       BIGINT NOT NULL CHECK (came IN (0, 1)),
  told_by    TEXT NOT NULL,
  told_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant, connection, on_day),
  FOREIGN KEY (tenant, connection) REFERENCES connection (tenant, id)
);

-- Each edition of a questionnaire that was ever used: an assessment keeps the words with which it began.
CREATE TABLE questionnaire (
  code     TEXT NOT NULL,
  version  BIGINT NOT NULL,
  body     TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (code, version)
);

CREATE TABLE assessment (
  tenant        TEXT NOT NULL,
  id            TEXT NOT NULL,
  case_id       TEXT NOT NULL,
  questionnaire TEXT NOT NULL,
  version       BIGINT NOT NULL,
  moment        TEXT NOT NULL,
  mode          TEXT NOT NULL,
  request_key   TEXT NOT NULL,
  begun_by      TEXT NOT NULL,
  begun_at      BIGINT NOT NULL,
  finished_at   BIGINT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, begun_by, request_key),
  FOREIGN KEY (questionnaire, version) REFERENCES questionnaire (code, version),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, begun_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX assessment_by_case ON assessment (tenant, case_id);

CREATE TABLE assessment_answer (
  tenant      TEXT NOT NULL,
  assessment  TEXT NOT NULL,
  item        TEXT NOT NULL,
  answer      TEXT NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, assessment, item),
  FOREIGN KEY (tenant, assessment) REFERENCES assessment (tenant, id)
);

-- Telling somebody about a service. No person, and nobody who told them: only where, when and what. Never a referral.
CREATE TABLE signpost (
  tenant        TEXT NOT NULL REFERENCES tenant (id),
  id            TEXT NOT NULL,
  organisation  TEXT NOT NULL REFERENCES organisation (id),
  service       TEXT NOT NULL REFERENCES service (id),
  service_name  TEXT NOT NULL,
  request_key   TEXT NOT NULL,
  how           TEXT NOT NULL,
  made_at       BIGINT NOT NULL,
  taken_back_at BIGINT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, organisation, request_key)
);
CREATE INDEX signpost_by_organisation ON signpost (tenant, organisation, made_at);

-- What somebody says about themself; a changed answer is a further version.
CREATE TABLE self_description (
  tenant         TEXT NOT NULL,
  person         TEXT NOT NULL,
  characteristic TEXT NOT NULL,
  version        BIGINT NOT NULL,
  answer         TEXT NOT NULL,
  words          TEXT,
  said_at        BIGINT NOT NULL,
  PRIMARY KEY (tenant, person, characteristic, version),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);

-- How information has to reach somebody; no row while nobody has asked.
CREATE TABLE access_needs (
  tenant    TEXT NOT NULL,
  person    TEXT NOT NULL,
  version   BIGINT NOT NULL,
  needs     TEXT NOT NULL,
  may_share BIGINT NOT NULL CHECK (may_share IN (0, 1)),
  review_on TEXT NOT NULL,
  asked_at  BIGINT NOT NULL,
  PRIMARY KEY (tenant, person, version),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id)
);

CREATE INDEX case_file_by_practice ON case_file (tenant, practice, opened_at);
