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
