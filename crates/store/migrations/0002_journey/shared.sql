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
