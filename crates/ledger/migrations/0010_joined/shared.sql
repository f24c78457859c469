-- One service that several sources list: the entry that stands for all of them, pairs that somebody has to judge, and
-- mailboxes that take no letters.

-- Where each part of an entry comes from, where that is not its own source alone.
ALTER TABLE service ADD COLUMN told_by TEXT;
-- What its source says changed since it was compared with the entries of other sources.
ALTER TABLE service ADD COLUMN to_compare BIGINT NOT NULL DEFAULT 1 CHECK (to_compare IN (0, 1));
CREATE INDEX service_to_compare ON service (to_compare);
-- The day on which its mailbox refused a letter.
ALTER TABLE service ADD COLUMN bounced_on TEXT;

-- An entry for which another one stands. An entry that stands for others stands behind none.
CREATE TABLE service_joined (
  member    TEXT NOT NULL PRIMARY KEY REFERENCES service (id),
  lead      TEXT NOT NULL REFERENCES service (id),
  joined_by TEXT NOT NULL,
  joined_at BIGINT NOT NULL,
  -- Bits of evidence, in thousandths; none where somebody knew.
  evidence  BIGINT
);
CREATE INDEX service_joined_lead ON service_joined (lead);
CREATE INDEX service_joined_lately ON service_joined (joined_by, joined_at);

-- Two entries that may be one service: until somebody says so, or that they are two. `one` sorts before `other`.
CREATE TABLE service_pair (
  one       TEXT NOT NULL REFERENCES service (id),
  other     TEXT NOT NULL REFERENCES service (id),
  evidence  BIGINT NOT NULL,
  found_at  BIGINT NOT NULL,
  judged    TEXT,
  judged_at BIGINT,
  PRIMARY KEY (one, other)
);
CREATE INDEX service_pair_other ON service_pair (other);
CREATE INDEX service_pair_waiting ON service_pair (judged, evidence);
