-- Asking for help oneself; what is read first at triage; what a scheme decides about being asked.

-- Who asked: a practice, the person, a carer. Only a practice has a referrer who signs in.
ALTER TABLE referral ADD COLUMN source TEXT NOT NULL DEFAULT 'practice';
-- A worry about harm, in the referrer's words; for triage and the link worker only.
ALTER TABLE referral ADD COLUMN safeguarding TEXT;
-- Their own words may mean danger: read first.
ALTER TABLE referral ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1));

-- People may ask this scheme for help themselves.
ALTER TABLE scheme ADD COLUMN self_referral BIGINT NOT NULL DEFAULT 1 CHECK (self_referral IN (0, 1));

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
