-- The foundation. Portable types only: TEXT, BIGINT (instants are microseconds UTC), dates as ISO TEXT,
-- booleans 0/1 with CHECK. Every key of a tenant's data starts with the tenant.

CREATE TABLE installation (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE tenant (
  id         TEXT NOT NULL PRIMARY KEY,
  created_at BIGINT NOT NULL
);

-- Organisations belong to the installation: every tenant sees the same practices.
CREATE TABLE organisation (
  id          TEXT NOT NULL PRIMARY KEY,
  slug        TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  name        TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  status      TEXT NOT NULL,
  parent      TEXT REFERENCES organisation (id),
  address     TEXT,
  postcode    TEXT,
  phone       TEXT,
  opened_on   TEXT,
  closed_on   TEXT,
  setting     TEXT,
  source      TEXT NOT NULL,
  changed_at  BIGINT NOT NULL
);
CREATE INDEX organisation_by_kind ON organisation (kind, name_folded, id);
CREATE INDEX organisation_by_parent ON organisation (parent);

CREATE TABLE organisation_identifier (
  system       TEXT NOT NULL,
  value        TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (system, value)
);
CREATE INDEX organisation_identifier_by_organisation ON organisation_identifier (organisation);

-- Which practice belonged to which network, from when to when.
CREATE TABLE organisation_member (
  member TEXT NOT NULL REFERENCES organisation (id),
  body   TEXT NOT NULL REFERENCES organisation (id),
  since  TEXT NOT NULL,
  until  TEXT,
  PRIMARY KEY (member, body, since)
);
CREATE INDEX organisation_member_by_body ON organisation_member (body);

CREATE TABLE import_run (
  id          TEXT NOT NULL PRIMARY KEY,
  kind        TEXT NOT NULL,
  source      TEXT NOT NULL,
  finished_at BIGINT NOT NULL,
  rows_read   BIGINT NOT NULL,
  added       BIGINT NOT NULL,
  changed     BIGINT NOT NULL,
  unchanged   BIGINT NOT NULL,
  refused     BIGINT NOT NULL
);

CREATE TABLE scheme (
  tenant              TEXT NOT NULL REFERENCES tenant (id),
  organisation        TEXT NOT NULL REFERENCES organisation (id),
  min_age             BIGINT NOT NULL,
  max_age             BIGINT,
  sessions_agreed     BIGINT NOT NULL,
  answer_working_days BIGINT NOT NULL,
  PRIMARY KEY (tenant, organisation)
);

-- The practices a scheme serves; a practice sends to one scheme of its tenant.
CREATE TABLE scheme_practice (
  tenant   TEXT NOT NULL,
  practice TEXT NOT NULL REFERENCES organisation (id),
  scheme   TEXT NOT NULL,
  PRIMARY KEY (tenant, practice),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation)
);
CREATE INDEX scheme_practice_by_scheme ON scheme_practice (tenant, scheme);

CREATE TABLE app_user (
  tenant          TEXT NOT NULL REFERENCES tenant (id),
  id              TEXT NOT NULL,
  name            TEXT NOT NULL,
  email           TEXT NOT NULL,
  email_folded    TEXT NOT NULL,
  job_title       TEXT,
  password_hash   TEXT,
  totp_secret     TEXT,
  totp_last_step  BIGINT,
  disabled        BIGINT NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
  failed_attempts BIGINT NOT NULL DEFAULT 0,
  locked_until    BIGINT,
  created_at      BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (email_folded)
);

CREATE TABLE membership (
  tenant       TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  role         TEXT NOT NULL,
  PRIMARY KEY (tenant, user_id, organisation, role),
  FOREIGN KEY (tenant, user_id) REFERENCES app_user (tenant, id)
);
CREATE INDEX membership_by_organisation ON membership (tenant, organisation, role);

CREATE TABLE link_worker (
  tenant    TEXT NOT NULL,
  user_id   TEXT NOT NULL,
  scheme    TEXT NOT NULL,
  languages TEXT NOT NULL,
  phone     TEXT,
  places    BIGINT NOT NULL,
  PRIMARY KEY (tenant, user_id, scheme),
  FOREIGN KEY (tenant, user_id) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation)
);

-- When a link worker is in which practice, in words: "Tuesdays and Thursdays, room 4".
CREATE TABLE link_worker_practice (
  tenant   TEXT NOT NULL,
  practice TEXT NOT NULL REFERENCES organisation (id),
  user_id  TEXT NOT NULL,
  scheme   TEXT NOT NULL,
  days     TEXT NOT NULL,
  PRIMARY KEY (tenant, practice, user_id),
  FOREIGN KEY (tenant, user_id, scheme) REFERENCES link_worker (tenant, user_id, scheme)
);

CREATE TABLE session (
  id_hash    TEXT NOT NULL PRIMARY KEY,
  user_id    TEXT,
  data       TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE one_time_link (
  tenant     TEXT NOT NULL REFERENCES tenant (id),
  id         TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  scope      TEXT NOT NULL,
  subject    TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX one_time_link_by_subject ON one_time_link (tenant, scope, subject);

CREATE TABLE person (
  tenant        TEXT NOT NULL REFERENCES tenant (id),
  id            TEXT NOT NULL,
  given         TEXT NOT NULL,
  family        TEXT NOT NULL,
  preferred     TEXT,
  name_folded   TEXT NOT NULL,
  born          TEXT NOT NULL,
  nhs_number    TEXT,
  address       TEXT,
  postcode      TEXT,
  phone         TEXT,
  email         TEXT,
  communication TEXT,
  reach         TEXT NOT NULL,
  guidance      TEXT,
  risk          TEXT NOT NULL,
  risk_note     TEXT,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, nhs_number)
);
CREATE INDEX person_by_name ON person (tenant, name_folded, born);

CREATE TABLE case_file (
  tenant          TEXT NOT NULL,
  id              TEXT NOT NULL,
  person          TEXT NOT NULL,
  scheme          TEXT NOT NULL,
  worker          TEXT NOT NULL,
  practice        TEXT NOT NULL REFERENCES organisation (id),
  opened_at       BIGINT NOT NULL,
  sent_at         BIGINT NOT NULL,
  sessions_agreed BIGINT NOT NULL,
  sessions_used   BIGINT NOT NULL DEFAULT 0,
  happened_count  BIGINT NOT NULL DEFAULT 0,
  first_contact   TEXT,
  last_contact    TEXT,
  next_action     TEXT,
  next_due        TEXT,
  matters         TEXT,
  matters_on      TEXT,
  referrer_hears  TEXT NOT NULL,
  closed_at       BIGINT,
  outcome         TEXT,
  changed         TEXT,
  continues       TEXT,
  version         BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, person) REFERENCES person (tenant, id),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, worker) REFERENCES app_user (tenant, id)
);
-- One open case for a person in a scheme, by constraint.
CREATE UNIQUE INDEX case_file_open_once ON case_file (tenant, scheme, person) WHERE closed_at IS NULL;
CREATE INDEX case_file_open_by_worker ON case_file (tenant, scheme, worker) WHERE closed_at IS NULL;
CREATE INDEX case_file_first_by_worker ON case_file (tenant, worker, first_contact);
CREATE INDEX case_file_closed ON case_file (tenant, scheme, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX case_file_by_scheme ON case_file (tenant, scheme, opened_at);

CREATE TABLE referral (
  tenant        TEXT NOT NULL REFERENCES tenant (id),
  id            TEXT NOT NULL,
  reference     TEXT NOT NULL,
  state         TEXT NOT NULL,
  scheme        TEXT NOT NULL,
  practice      TEXT NOT NULL REFERENCES organisation (id),
  referrer      TEXT NOT NULL,
  request_key   TEXT NOT NULL,
  given         TEXT NOT NULL,
  family        TEXT NOT NULL,
  preferred     TEXT,
  name_folded   TEXT NOT NULL,
  born          TEXT NOT NULL,
  nhs_number    TEXT,
  address       TEXT,
  postcode      TEXT,
  phone         TEXT,
  email         TEXT,
  communication TEXT,
  needs         TEXT NOT NULL DEFAULT '',
  words         TEXT,
  reach         TEXT,
  guidance      TEXT,
  risk          TEXT,
  risk_note     TEXT,
  agreement     TEXT,
  created_at    BIGINT NOT NULL,
  sent_at       BIGINT,
  answer_due    TEXT,
  decided_at    BIGINT,
  decided_by    TEXT,
  reason        TEXT,
  alternative   TEXT,
  case_id       TEXT,
  joined_case   BIGINT NOT NULL DEFAULT 0 CHECK (joined_case IN (0, 1)),
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, reference),
  UNIQUE (tenant, referrer, request_key),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, referrer) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id)
);
CREATE INDEX referral_by_referrer ON referral (tenant, practice, referrer, created_at);
CREATE INDEX referral_by_practice ON referral (tenant, practice, created_at);
CREATE INDEX referral_waiting ON referral (tenant, scheme, sent_at) WHERE state = 'sent';
CREATE INDEX referral_by_case ON referral (tenant, case_id);
CREATE INDEX referral_by_scheme ON referral (tenant, scheme, sent_at);

CREATE TABLE contact (
  tenant      TEXT NOT NULL,
  id          TEXT NOT NULL,
  case_id     TEXT NOT NULL,
  request_key TEXT NOT NULL,
  kind        TEXT NOT NULL,
  happened    TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  session_no  BIGINT,
  author      TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, author, request_key),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, author) REFERENCES app_user (tenant, id)
);
CREATE INDEX contact_by_case ON contact (tenant, case_id, on_day, id);

-- Notes are append-only: a correction is a further version.
CREATE TABLE contact_note (
  tenant     TEXT NOT NULL,
  contact    TEXT NOT NULL,
  version    BIGINT NOT NULL,
  body       TEXT NOT NULL,
  author     TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, contact, version),
  FOREIGN KEY (tenant, contact) REFERENCES contact (tenant, id)
);

CREATE TABLE disclosure (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  referral     TEXT NOT NULL,
  recipient    TEXT NOT NULL,
  basis        TEXT NOT NULL,
  fields       TEXT NOT NULL,
  given_at     BIGINT NOT NULL,
  recorded_by  TEXT NOT NULL,
  withdrawn_at BIGINT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, referral) REFERENCES referral (tenant, id)
);
CREATE INDEX disclosure_by_referral ON disclosure (tenant, referral);

CREATE TABLE feedback (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  referral   TEXT NOT NULL,
  disclosure TEXT,
  kind       TEXT NOT NULL,
  sections   TEXT NOT NULL,
  sent_at    BIGINT NOT NULL,
  opened_at  BIGINT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, referral) REFERENCES referral (tenant, id)
);
CREATE INDEX feedback_by_referral ON feedback (tenant, referral);

CREATE TABLE job (
  tenant        TEXT NOT NULL REFERENCES tenant (id),
  id            TEXT NOT NULL,
  kind          TEXT NOT NULL,
  subject       TEXT NOT NULL,
  run_at        BIGINT NOT NULL,
  attempts      BIGINT NOT NULL DEFAULT 0,
  done_at       BIGINT,
  failed_at     BIGINT,
  last_error    TEXT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, kind, subject)
);
CREATE INDEX job_due ON job (run_at) WHERE done_at IS NULL AND failed_at IS NULL;

CREATE TABLE outbox (
  tenant         TEXT NOT NULL REFERENCES tenant (id),
  id             TEXT NOT NULL,
  template       TEXT NOT NULL,
  recipient_kind TEXT NOT NULL,
  recipient      TEXT NOT NULL,
  subject        TEXT NOT NULL,
  run_at         BIGINT NOT NULL,
  attempts       BIGINT NOT NULL DEFAULT 0,
  sent_at        BIGINT,
  failed_at      BIGINT,
  last_error     TEXT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, template, recipient, subject)
);
CREATE INDEX outbox_due ON outbox (run_at) WHERE sent_at IS NULL AND failed_at IS NULL;

-- Ids and codes only: never a name, never a text that somebody typed.
CREATE TABLE audit_row (
  lane          TEXT NOT NULL,
  seq           BIGINT NOT NULL,
  at            BIGINT NOT NULL,
  tenant        TEXT NOT NULL,
  actor         TEXT,
  organisation  TEXT,
  act           TEXT NOT NULL,
  resource      TEXT NOT NULL,
  resource_id   TEXT,
  ground        TEXT NOT NULL,
  detail        TEXT,
  block         BIGINT,
  PRIMARY KEY (lane, seq)
);
CREATE INDEX audit_row_unsealed ON audit_row (at) WHERE block IS NULL;
CREATE INDEX audit_row_by_block ON audit_row (block, lane, seq);
CREATE INDEX audit_row_by_resource ON audit_row (tenant, resource, resource_id, at);

CREATE TABLE audit_block (
  number    BIGINT NOT NULL PRIMARY KEY,
  previous  TEXT NOT NULL,
  hash      TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  sealed_at BIGINT NOT NULL
);
