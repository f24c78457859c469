-- What is said between a scheme and those at the other end: how a message travels, what became of it, who may be told what.

-- About whom a message is and whose list it stands on when it does not arrive; how it travels; who has seen to it.
ALTER TABLE outbox ADD COLUMN scheme TEXT;
ALTER TABLE outbox ADD COLUMN case_id TEXT;
ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
ALTER TABLE outbox ADD COLUMN settled_at BIGINT;
ALTER TABLE outbox ADD COLUMN settled_by TEXT;
UPDATE outbox SET case_id = (SELECT n.case_id FROM connection n WHERE n.tenant = outbox.tenant AND n.id = outbox.recipient) WHERE recipient_kind = 'group';
UPDATE outbox SET case_id = (SELECT r.case_id FROM referral r WHERE r.tenant = outbox.tenant AND r.id = outbox.subject) WHERE recipient_kind = 'person';
UPDATE outbox SET scheme = (SELECT c.scheme FROM case_file c WHERE c.tenant = outbox.tenant AND c.id = outbox.case_id) WHERE case_id IS NOT NULL;
UPDATE outbox SET settled_at = failed_at WHERE failed_at IS NOT NULL AND last_error IN ('not_wanted', 'withheld');
CREATE INDEX outbox_undelivered ON outbox (tenant, scheme, failed_at) WHERE failed_at IS NOT NULL AND settled_at IS NULL;
CREATE INDEX outbox_by_case ON outbox (tenant, case_id, id) WHERE case_id IS NOT NULL;

-- The person asked that no machine writes to them.
ALTER TABLE person ADD COLUMN messages_stopped_at BIGINT;

-- What helps somebody arrive, as the group says it, and its word for the link worker.
ALTER TABLE connection ADD COLUMN meets TEXT;
ALTER TABLE connection ADD COLUMN way_in TEXT;
ALTER TABLE connection ADD COLUMN bring TEXT;
ALTER TABLE connection ADD COLUMN said TEXT;
CREATE INDEX connection_by_group ON connection (tenant, group_email, service) WHERE group_email IS NOT NULL;

-- A code that was sent to the address held for a group: with the link it opens a name.
CREATE TABLE group_key (
  tenant    TEXT NOT NULL,
  id        TEXT NOT NULL,
  link      TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  sent_at   BIGINT NOT NULL,
  until     BIGINT NOT NULL,
  tries     BIGINT NOT NULL,
  used_at   BIGINT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, link) REFERENCES one_time_link (tenant, id)
);
CREATE INDEX group_key_by_link ON group_key (tenant, link, until);

-- What a person says about somebody being told something; or on what other ground they are told.
CREATE TABLE consent (
  tenant       TEXT NOT NULL,
  id           TEXT NOT NULL,
  case_id      TEXT NOT NULL,
  request_key  TEXT NOT NULL,
  whom         TEXT NOT NULL,
  name         TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  what         TEXT NOT NULL,
  said         TEXT NOT NULL,
  words        TEXT,
  basis        TEXT,
  authority    TEXT,
  reason       TEXT,
  recorded_by  TEXT NOT NULL,
  recorded_at  BIGINT NOT NULL,
  withdrawn_at BIGINT,
  withdrawn_by TEXT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, recorded_by, request_key),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, recorded_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX consent_by_case ON consent (tenant, case_id, recorded_at);

-- Somebody was told something.
CREATE TABLE telling (
  tenant      TEXT NOT NULL,
  id          TEXT NOT NULL,
  case_id     TEXT NOT NULL,
  consent     TEXT NOT NULL,
  request_key TEXT NOT NULL,
  on_day      TEXT NOT NULL,
  what        TEXT NOT NULL,
  told_by     TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, told_by, request_key),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, consent) REFERENCES consent (tenant, id),
  FOREIGN KEY (tenant, told_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX telling_by_case ON telling (tenant, case_id, on_day);

-- A copy of everything that is held about a person was given; which entries were left out of it, and why.
CREATE TABLE record_copy (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  case_id  TEXT NOT NULL,
  entries  BIGINT NOT NULL,
  left_out TEXT NOT NULL,
  made_by  TEXT NOT NULL,
  made_at  BIGINT NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, id),
  FOREIGN KEY (tenant, made_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX record_copy_by_case ON record_copy (tenant, case_id, made_at);
