-- What a scheme has set of how it takes people up; each change is a further version, the newest stands. The body is JSON.
CREATE TABLE scheme_setting (
  tenant     TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  version    BIGINT NOT NULL,
  body       TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, scheme, version),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, changed_by) REFERENCES app_user (tenant, id)
);

-- What a link worker says of themself to those who may meet them, the needs they know best, and when they agreed that anybody
-- may read it on the page of a practice.
ALTER TABLE link_worker ADD COLUMN helps_with TEXT;
ALTER TABLE link_worker ADD COLUMN skills TEXT NOT NULL DEFAULT '';

ALTER TABLE link_worker ADD COLUMN shown_at BIGINT;

-- Their picture, written anew by us, with their own yes to its being shown. Base64 of a JPEG.
CREATE TABLE worker_picture (
  tenant       TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  scheme       TEXT NOT NULL,
  jpeg         TEXT NOT NULL,
  consented_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, user_id, scheme),
  FOREIGN KEY (tenant, user_id, scheme) REFERENCES link_worker (tenant, user_id, scheme)
);

-- A launch with something missing is opened by one: nobody else finds in it whom it hands over.
ALTER TABLE launch ADD COLUMN opened_by TEXT;

-- A colleague for whom a referral was written.
ALTER TABLE referral ADD COLUMN on_behalf TEXT;

-- When somebody who asked themself was told that the scheme cannot take it up.
ALTER TABLE referral ADD COLUMN told_at BIGINT;
-- Who was turned down before anybody noted it was told then, or is not to be rung up years later.
UPDATE referral SET told_at = decided_at WHERE state = 'not_accepted' AND source <> 'practice';
CREATE INDEX referral_untold ON referral (tenant, scheme, decided_at) WHERE state = 'not_accepted' AND source <> 'practice' AND told_at IS NULL;

-- Anybody may look who works at a practice: it is found by its own name.
CREATE INDEX scheme_practice_by_practice ON scheme_practice (practice);

-- A short number for a service at a place: what stands on a slip, to be typed. No slip and nobody is in it.
CREATE TABLE signpost_slip (
  tenant       TEXT NOT NULL,
  organisation TEXT NOT NULL REFERENCES organisation (id),
  number       BIGINT NOT NULL,
  service      TEXT NOT NULL REFERENCES service (id),
  made_at      BIGINT NOT NULL,
  PRIMARY KEY (tenant, organisation, number),
  UNIQUE (tenant, organisation, service)
);

-- The last people sent to a link worker, seen or still waiting: what the honest wait is reckoned from.
DROP INDEX case_file_first_by_worker;
CREATE INDEX case_file_sent_by_worker ON case_file (tenant, worker, sent_at, id);
