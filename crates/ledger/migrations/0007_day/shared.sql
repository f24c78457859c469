-- The link worker's day: visits, being away, handing people over.

-- When the plan is looked at again, as its newest version says: the caseload shows it without reading every plan.
ALTER TABLE case_file ADD COLUMN review_on TEXT;

-- The waits of a scheme are read out of the index alone: the cases themselves hold whole stories. The second part of the condition
-- keeps it for that question: counting open cases has an index of its own.
CREATE INDEX case_file_waits ON case_file (tenant, scheme, opened_at, id, practice, sent_at, first_contact, closed_at)
  WHERE (first_contact IS NOT NULL OR closed_at IS NULL) AND opened_at > 0;

-- A time in a link worker's diary at which they meet somebody. That it happened is a contact, written by somebody.
CREATE TABLE visit (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  case_id      TEXT NOT NULL,
  worker       TEXT NOT NULL,
  request_key  TEXT NOT NULL,
  kind         TEXT NOT NULL,
  on_day       TEXT NOT NULL,
  at_minute    BIGINT NOT NULL,
  minutes      BIGINT NOT NULL,
  place        TEXT,
  postcode     TEXT,
  remember     TEXT,
  planned_by   TEXT NOT NULL,
  planned_at   BIGINT NOT NULL,
  cancelled_at BIGINT,
  gone_by      TEXT,
  left_at      BIGINT,
  back_by      BIGINT,
  back_at      BIGINT,
  raised       BIGINT NOT NULL DEFAULT 0,
  answered_by  TEXT,
  answered_at  BIGINT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, planned_by, request_key),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, worker) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, planned_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX visit_by_day ON visit (tenant, on_day, at_minute) WHERE cancelled_at IS NULL;
CREATE INDEX visit_by_worker ON visit (tenant, worker, on_day, at_minute) WHERE cancelled_at IS NULL;
CREATE INDEX visit_by_case ON visit (tenant, case_id, on_day);
CREATE INDEX visit_out ON visit (tenant, left_at) WHERE left_at IS NOT NULL AND back_at IS NULL;

-- An answer that may mean danger: when it was given, and who saw to it.
ALTER TABLE assessment ADD COLUMN alert_at BIGINT;
ALTER TABLE assessment ADD COLUMN alert_answered_by TEXT;
ALTER TABLE assessment ADD COLUMN alert_answered_at BIGINT;
CREATE INDEX assessment_alert ON assessment (tenant, alert_at) WHERE alert_at IS NOT NULL AND alert_answered_at IS NULL;

-- Days on which a link worker is away, and who opens and works their people's cases meanwhile.
CREATE TABLE absence (
  tenant      TEXT NOT NULL,
  id          TEXT NOT NULL,
  scheme      TEXT NOT NULL,
  worker      TEXT NOT NULL,
  from_day    TEXT NOT NULL,
  until_day   TEXT NOT NULL,
  cover       TEXT,
  recorded_by TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  ended_at    BIGINT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, worker) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, cover) REFERENCES app_user (tenant, id)
);
CREATE INDEX absence_by_scheme ON absence (tenant, scheme, until_day) WHERE ended_at IS NULL;
CREATE INDEX absence_by_cover ON absence (tenant, cover, until_day) WHERE ended_at IS NULL;

-- A case that got another link worker, with what the next one needs to know.
CREATE TABLE handover (
  tenant      TEXT NOT NULL,
  id          TEXT NOT NULL,
  case_id     TEXT NOT NULL,
  from_worker TEXT NOT NULL,
  to_worker   TEXT NOT NULL,
  note        TEXT NOT NULL,
  handed_by   TEXT NOT NULL,
  handed_at   BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, from_worker) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, to_worker) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, handed_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX link_worker_by_scheme ON link_worker (tenant, scheme, user_id);
CREATE INDEX handover_by_case ON handover (tenant, case_id, handed_at);
