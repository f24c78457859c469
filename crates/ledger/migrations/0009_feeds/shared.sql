-- Directories of others that are followed: their addresses, what each pull brought, and how far the running one has come.

CREATE TABLE feed (
  id            TEXT NOT NULL PRIMARY KEY,
  source        TEXT NOT NULL UNIQUE,
  url           TEXT NOT NULL,
  every_hours   BIGINT NOT NULL CHECK (every_hours BETWEEN 1 AND 8760),
  paused        BIGINT NOT NULL CHECK (paused IN (0, 1)),
  -- A steward saw that its ids are all new, or most entries gone, and means it: for the next pull only.
  trust_next    BIGINT NOT NULL CHECK (trust_next IN (0, 1)),
  added_at      BIGINT NOT NULL,
  next_at       BIGINT NOT NULL,
  failures      BIGINT NOT NULL,
  -- A node is at it until then.
  claimed_until BIGINT
);
CREATE INDEX feed_due ON feed (paused, next_at);

-- One pull. Without an end it is running, or goes on where it broke off.
CREATE TABLE feed_pull (
  id        TEXT NOT NULL PRIMARY KEY,
  feed      TEXT NOT NULL REFERENCES feed (id),
  began_at  BIGINT NOT NULL,
  ended_at  BIGINT,
  ending    TEXT,
  next_page BIGINT NOT NULL,
  -- Every page has been read: what is left is taking its entries.
  read_all  BIGINT NOT NULL CHECK (read_all IN (0, 1)),
  -- Pages that the feed has promised.
  promised  BIGINT NOT NULL,
  -- Bytes of what was staged.
  bytes     BIGINT NOT NULL,
  -- The feed broke off before the end it had promised: nothing is said to be missing.
  cut_short BIGINT NOT NULL CHECK (cut_short IN (0, 1)),
  requests  BIGINT NOT NULL,
  listed    BIGINT NOT NULL,
  added     BIGINT NOT NULL,
  changed   BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  refused   BIGINT NOT NULL,
  missing   BIGINT NOT NULL,
  left_out  BIGINT NOT NULL,
  notes     TEXT NOT NULL
);
CREATE INDEX feed_pull_by_feed ON feed_pull (feed, began_at);

-- What an item of a feed's list said when it was last taken, as a digest: what has not changed is not asked for again.
CREATE TABLE feed_item (
  feed    TEXT NOT NULL REFERENCES feed (id),
  item    TEXT NOT NULL,
  digest  TEXT NOT NULL,
  -- Whole pulls, one after the other, in which it was not listed.
  missing BIGINT NOT NULL,
  PRIMARY KEY (feed, item)
);
CREATE INDEX feed_item_missing ON feed_item (feed, missing);

-- What the running pull has read so far; no body where nothing changed.
CREATE TABLE feed_staged (
  pull   TEXT NOT NULL REFERENCES feed_pull (id),
  item   TEXT NOT NULL,
  -- The page on which it stands first.
  page   BIGINT NOT NULL,
  -- Empty where it has to be asked for again the next time.
  digest TEXT NOT NULL,
  body   TEXT,
  taken  BIGINT NOT NULL CHECK (taken IN (0, 1)),
  PRIMARY KEY (pull, item)
);
CREATE INDEX feed_staged_to_take ON feed_staged (pull, taken, item);

-- The day on which its source was seen not to list it any more.
ALTER TABLE service ADD COLUMN left_on TEXT;
CREATE INDEX service_left ON service (left_on);
