-- Asking for help oneself; what is read first at triage; what a scheme decides about being asked.

-- Who asked: a practice, the person, a carer. Only a practice has a referrer who signs in.
ALTER TABLE referral ADD COLUMN source TEXT NOT NULL DEFAULT 'practice';
-- A worry about harm, in the referrer's words; for triage and the link worker only.
ALTER TABLE referral ADD COLUMN safeguarding TEXT;
-- Their own words may mean danger: read first.
ALTER TABLE referral ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1));

-- People may ask this scheme for help themselves. A scheme that is here already opens that door itself.
ALTER TABLE scheme ADD COLUMN self_referral BIGINT NOT NULL DEFAULT 0 CHECK (self_referral IN (0, 1));

-- Answers of somebody who asks for help, as typed, until they are sent, deleted or seven days old. Once sent the answers are
-- emptied: what was asked stands in the referral.
CREATE TABLE self_referral (
  tenant   TEXT NOT NULL,
  id       TEXT NOT NULL,
  scheme   TEXT NOT NULL,
  source   TEXT NOT NULL,
  answers  TEXT NOT NULL,
  version  BIGINT NOT NULL DEFAULT 1,
  begun_at BIGINT NOT NULL,
  referral TEXT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, referral) REFERENCES referral (tenant, id)
);
CREATE INDEX self_referral_unsent ON self_referral (begun_at) WHERE referral IS NULL;
CREATE INDEX self_referral_by_referral ON self_referral (tenant, referral);

-- The public half of a practice's launcher key. The secret half is shown once and kept by the practice alone.
CREATE TABLE launch_key (
  tenant     TEXT NOT NULL REFERENCES tenant (id),
  id         TEXT NOT NULL,
  practice   TEXT NOT NULL REFERENCES organisation (id),
  public_key TEXT NOT NULL,
  made_by    TEXT NOT NULL,
  made_at    BIGINT NOT NULL,
  used_at    BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (tenant, id),
  UNIQUE (id),
  FOREIGN KEY (tenant, made_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX launch_key_by_practice ON launch_key (tenant, practice, made_at);

-- A person handed over from a clinical system, for minutes: emptied when it is opened or has run out. The nonce stays, so that the
-- same token is never taken twice.
CREATE TABLE launch (
  tenant      TEXT NOT NULL,
  id          TEXT NOT NULL,
  launch_key  TEXT NOT NULL,
  nonce       TEXT NOT NULL,
  ticket_hash TEXT NOT NULL UNIQUE,
  person      TEXT NOT NULL,
  made_at     BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  used_at     BIGINT,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, launch_key, nonce),
  FOREIGN KEY (tenant, launch_key) REFERENCES launch_key (tenant, id)
);
CREATE INDEX launch_by_end ON launch (expires_at);

-- The door of a waiting room: an address, and a code to scan, behind which people find what is near without signing in. What they
-- press is counted as a signpost of the place, with nothing about who pressed.
CREATE TABLE signpost_door (
  tenant       TEXT NOT NULL REFERENCES tenant (id),
  code         TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  made_at      BIGINT NOT NULL,
  closed_at    BIGINT,
  PRIMARY KEY (code)
);
CREATE UNIQUE INDEX signpost_door_open ON signpost_door (tenant, organisation) WHERE closed_at IS NULL;

-- What a scheme asks the referrer before it answers, and what they say; one round after another.
CREATE TABLE referral_question (
  tenant      TEXT NOT NULL,
  referral    TEXT NOT NULL,
  round       BIGINT NOT NULL,
  question    TEXT NOT NULL,
  asked_by    TEXT NOT NULL,
  asked_at    BIGINT NOT NULL,
  answer      TEXT,
  answered_at BIGINT,
  PRIMARY KEY (tenant, referral, round),
  FOREIGN KEY (tenant, referral) REFERENCES referral (tenant, id),
  FOREIGN KEY (tenant, asked_by) REFERENCES app_user (tenant, id)
);
-- What a scheme has not answered: waiting for it, or for the referrer.
CREATE INDEX referral_open ON referral (tenant, scheme, sent_at) WHERE state IN ('sent', 'returned');
