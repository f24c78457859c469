-- Improvement projects of a practice or a scheme, and surveys of its staff. Nothing here is about a patient.

-- Each part of a project stands in columns of its own, so that two people who write different parts disturb each other not at all.
CREATE TABLE improvement_project (
  tenant       TEXT NOT NULL REFERENCES tenant (id),
  id           TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  title        TEXT NOT NULL,
  led_by       TEXT NOT NULL,
  measured     TEXT NOT NULL,
  target       BIGINT NOT NULL,
  what         TEXT,
  goal_by      TEXT NOT NULL,
  achievable   TEXT,
  relevant     TEXT,
  balance      TEXT,
  change_on    TEXT,
  change_what  TEXT,
  agenda       TEXT,
  invited      BIGINT,
  came         BIGINT,
  missed       TEXT,
  learned      TEXT,
  decided      TEXT,
  third_from   TEXT,
  created_by   TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  version      BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, created_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX improvement_project_by_organisation ON improvement_project (tenant, organisation, created_at);

-- What was counted, a row for each whole month; a count is replaced as a whole.
CREATE TABLE improvement_count (
  tenant     TEXT NOT NULL,
  project    TEXT NOT NULL,
  stage      TEXT NOT NULL,
  month      TEXT NOT NULL,
  counted    BIGINT NOT NULL CHECK (counted >= 0),
  out_of     BIGINT CHECK (out_of >= counted),
  source     TEXT NOT NULL,
  counted_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, project, stage, month),
  FOREIGN KEY (tenant, project) REFERENCES improvement_project (tenant, id)
);

-- A survey of the staff, before the change or after it.
CREATE TABLE staff_survey (
  tenant        TEXT NOT NULL,
  id            TEXT NOT NULL,
  project       TEXT NOT NULL,
  moment        TEXT NOT NULL,
  questionnaire TEXT NOT NULL,
  version       BIGINT NOT NULL,
  invited       BIGINT NOT NULL CHECK (invited > 0),
  closes_on     TEXT NOT NULL,
  opened_at     BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, project, moment),
  FOREIGN KEY (tenant, project) REFERENCES improvement_project (tenant, id),
  FOREIGN KEY (questionnaire, version) REFERENCES questionnaire (code, version)
);

-- Ways on which a survey reaches people: each has an address of its own, so that one sees which of them work. The address is no
-- secret: behind it one can answer, and read nothing.
CREATE TABLE staff_survey_route (
  tenant TEXT NOT NULL,
  survey TEXT NOT NULL,
  place  BIGINT NOT NULL,
  name   TEXT NOT NULL,
  code   TEXT NOT NULL UNIQUE,
  PRIMARY KEY (tenant, survey, place),
  FOREIGN KEY (tenant, survey) REFERENCES staff_survey (tenant, id)
);

-- One answer. Nobody is named; the digest of a code that they made pairs both answers of one person. Withdrawn answers are emptied.
CREATE TABLE staff_survey_response (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  survey       TEXT NOT NULL,
  route        BIGINT NOT NULL,
  pair_digest  TEXT,
  answers      TEXT NOT NULL,
  receipt_hash TEXT NOT NULL UNIQUE,
  submitted_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, survey, route) REFERENCES staff_survey_route (tenant, survey, place)
);
CREATE INDEX staff_survey_response_by_survey ON staff_survey_response (tenant, survey, submitted_at);
