-- What a place makes of improvement work itself: questions of its own, a prize draw that knows nothing of the answers, interviews, the
-- monitoring form of a project, figures that others claim, and a practice's list of those who could be referred.

-- Questions for surveys to come. A survey keeps the edition with which it was opened.
CREATE TABLE question_set (
  tenant       TEXT NOT NULL REFERENCES tenant (id),
  id           TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  title        TEXT NOT NULL,
  body         TEXT NOT NULL,
  version      BIGINT NOT NULL DEFAULT 1,
  changed_at   BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX question_set_by_organisation ON question_set (tenant, organisation, changed_at);

-- What can be won by answering, and when it was drawn.
ALTER TABLE survey ADD COLUMN prize TEXT;
ALTER TABLE survey ADD COLUMN drawn_at BIGINT;
-- Whoever answered has put an address into the draw: that they did, and not which.
ALTER TABLE survey_response ADD COLUMN entered BIGINT NOT NULL DEFAULT 0 CHECK (entered IN (0, 1));
-- Addresses in the draw. No time, no answer, no way: nothing by which one could be put beside an answer.
CREATE TABLE survey_draw (
  tenant  TEXT NOT NULL,
  survey  TEXT NOT NULL,
  -- All are written anew, a turn later, whenever one comes in.
  turn    BIGINT NOT NULL DEFAULT 0,
  contact TEXT NOT NULL,
  won     BIGINT NOT NULL DEFAULT 0 CHECK (won IN (0, 1)),
  PRIMARY KEY (tenant, survey, turn, contact),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id)
);

-- Contacts that a clinician has in a month: what the middle clinician's referrals are compared with.
ALTER TABLE survey ADD COLUMN contacts BIGINT CHECK (contacts > 0);

-- True stories of near here for the talk, and where those who missed it find it.
ALTER TABLE improvement_project ADD COLUMN stories TEXT;
ALTER TABLE improvement_project ADD COLUMN missed_link TEXT;

-- Colleagues to whom Fingerpost writes about a survey. They stand beside no answer, and are deleted when it has ended.
CREATE TABLE survey_address (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  survey   TEXT NOT NULL,
  contact  TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, survey, contact),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id)
);

-- Interviews that belong to a survey. No name; the notes are read by whoever wrote them down.
CREATE TABLE interview (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  survey     TEXT NOT NULL,
  number     BIGINT NOT NULL,
  held_on    TEXT NOT NULL,
  job        TEXT,
  quoted     BIGINT NOT NULL CHECK (quoted IN (0, 1)),
  notes      TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  version    BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, survey, number),
  FOREIGN KEY (tenant, survey) REFERENCES survey (tenant, id),
  FOREIGN KEY (tenant, written_by) REFERENCES app_user (tenant, id)
);

-- Counts the interviews of a survey that were ever written down: a number is never given twice.
ALTER TABLE survey ADD COLUMN interviews BIGINT NOT NULL DEFAULT 0;

-- Passages of interviews, and the themes that were found in them.
CREATE TABLE interview_passage (
  tenant    TEXT NOT NULL,
  id        TEXT NOT NULL,
  interview TEXT NOT NULL,
  words     TEXT NOT NULL,
  taken_by  TEXT NOT NULL,
  taken_at  BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, interview) REFERENCES interview (tenant, id),
  FOREIGN KEY (tenant, taken_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX interview_passage_by_interview ON interview_passage (tenant, interview, taken_at);
CREATE TABLE passage_theme (
  tenant  TEXT NOT NULL,
  passage TEXT NOT NULL,
  theme   TEXT NOT NULL,
  PRIMARY KEY (tenant, passage, theme),
  FOREIGN KEY (tenant, passage) REFERENCES interview_passage (tenant, id),
  FOREIGN KEY (tenant, theme) REFERENCES survey_theme (tenant, id)
);

-- The monitoring form of a project.
CREATE TABLE improvement_watch (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  project    TEXT NOT NULL,
  on_day     TEXT NOT NULL,
  seen       TEXT NOT NULL,
  act        TEXT,
  who        TEXT,
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, project) REFERENCES improvement_project (tenant, id),
  FOREIGN KEY (tenant, written_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX improvement_watch_by_project ON improvement_watch (tenant, project, on_day);

-- Figures that others claim, as a place prints them, in thousandths; a place without a row prints them as they were published.
CREATE TABLE claim_factor (
  tenant       TEXT NOT NULL REFERENCES tenant (id),
  organisation TEXT NOT NULL REFERENCES organisation (id),
  claim        TEXT NOT NULL,
  value        BIGINT NOT NULL CHECK (value >= 0),
  lower_end    BIGINT CHECK (lower_end <= value),
  upper_end    BIGINT CHECK (upper_end >= value),
  source       TEXT NOT NULL,
  printed      BIGINT NOT NULL CHECK (printed IN (0, 1)),
  told_by      TEXT NOT NULL,
  told_at      BIGINT NOT NULL,
  PRIMARY KEY (tenant, organisation, claim)
);

-- A practice's list of those who could be referred. A person is a number of the practice's own.
CREATE TABLE found_list (
  tenant       TEXT NOT NULL REFERENCES tenant (id),
  organisation TEXT NOT NULL REFERENCES organisation (id),
  often        BIGINT NOT NULL,
  taken_on     TEXT NOT NULL,
  kept_until   TEXT NOT NULL,
  PRIMARY KEY (tenant, organisation)
);
CREATE TABLE found_person (
  tenant       TEXT NOT NULL,
  organisation TEXT NOT NULL,
  number       TEXT NOT NULL,
  contacts     BIGINT,
  reasons      TEXT NOT NULL,
  weight       BIGINT NOT NULL,
  -- Not in the newest export any more; what was offered is still counted.
  gone         BIGINT NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
  offered      TEXT,
  offered_on   TEXT,
  PRIMARY KEY (tenant, organisation, number),
  FOREIGN KEY (tenant, organisation) REFERENCES found_list (tenant, organisation)
);
CREATE INDEX found_person_by_weight ON found_person (tenant, organisation, gone, weight);
