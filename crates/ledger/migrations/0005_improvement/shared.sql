-- Improvement projects, and surveys of staff and clinicians. Nothing here is about a patient.

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

-- A survey: of the staff before a project's change or after it, or of clinicians by itself.
CREATE TABLE survey (
  tenant        TEXT NOT NULL REFERENCES tenant (id),
  id            TEXT NOT NULL,
  organisation  TEXT NOT NULL REFERENCES organisation (id),
  title         TEXT NOT NULL,
  project       TEXT,
  moment        TEXT,
  approach      TEXT,
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
CREATE INDEX survey_by_organisation ON survey (tenant, organisation, opened_at);

-- Ways on which a survey reaches people: each has an address of its own, so that one sees which of them work. The address is no
-- secret: behind it one can answer, and read nothing.
CREATE TABLE survey_route (
  tenant TEXT NOT NULL,
  survey TEXT NOT NULL,
  place  BIGINT NOT NULL,
  name   TEXT NOT NULL,
  code   TEXT NOT NULL UNIQUE,
  PRIMARY KEY (tenant, survey, place),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id)
);

-- Practices that were asked. Answers hold their numbers, dealt at random, in place of their names; what is shown has neither.
CREATE TABLE survey_practice (
  tenant  TEXT NOT NULL,
  survey  TEXT NOT NULL,
  number  BIGINT NOT NULL,
  name    TEXT NOT NULL,
  network TEXT,
  PRIMARY KEY (tenant, survey, number),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id)
);

-- One answer. Nobody is named; the digest of a code that they made pairs both answers of one person. Withdrawn answers are emptied.
CREATE TABLE survey_response (
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
  FOREIGN KEY (tenant, survey, route) REFERENCES survey_route (tenant, survey, place)
);
CREATE INDEX survey_response_by_survey ON survey_response (tenant, survey, submitted_at);

-- Themes that were found in the answers to an open question: the codebook.
CREATE TABLE survey_theme (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  survey     TEXT NOT NULL,
  item       TEXT NOT NULL,
  label      TEXT NOT NULL,
  definition TEXT,
  made_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id)
);
CREATE INDEX survey_theme_by_survey ON survey_theme (tenant, survey, item, made_at);

-- Who has read an answer, with a memo; and which themes they found in it.
CREATE TABLE survey_reading (
  tenant   TEXT NOT NULL,
  survey   TEXT NOT NULL,
  response TEXT NOT NULL,
  item     TEXT NOT NULL,
  coder    TEXT NOT NULL,
  memo     TEXT,
  read_at  BIGINT NOT NULL,
  PRIMARY KEY (tenant, survey, item, response, coder),
  FOREIGN KEY (tenant, response) REFERENCES survey_response (tenant, id),
  FOREIGN KEY (tenant, coder) REFERENCES app_user (tenant, id)
);
CREATE TABLE survey_coding (
  tenant   TEXT NOT NULL,
  theme    TEXT NOT NULL,
  response TEXT NOT NULL,
  coder    TEXT NOT NULL,
  PRIMARY KEY (tenant, theme, response, coder),
  FOREIGN KEY (tenant, theme) REFERENCES survey_theme (tenant, id),
  FOREIGN KEY (tenant, response) REFERENCES survey_response (tenant, id)
);

CREATE INDEX survey_coding_by_response ON survey_coding (tenant, response);

-- What was made of a survey: each tied to what it rests on.
CREATE TABLE survey_insight (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  survey     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  strength   TEXT NOT NULL,
  words      TEXT NOT NULL,
  evidence   TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id),
  FOREIGN KEY (tenant, written_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX survey_insight_by_survey ON survey_insight (tenant, survey, written_at);
