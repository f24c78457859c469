-- That two records of one person were put together, or that a referral was taken for somebody who was here. The body holds what the
-- kept record said before and after, and what moved, so that it can be taken apart; it is JSON. It goes with the record.
CREATE TABLE person_join (
  tenant    TEXT NOT NULL,
  id        TEXT NOT NULL,
  scheme    TEXT NOT NULL,
  kept      TEXT NOT NULL,
  gone      TEXT,
  referral  TEXT,
  why       TEXT NOT NULL,
  body      TEXT NOT NULL,
  joined_by TEXT NOT NULL,
  joined_at BIGINT NOT NULL,
  undone_by TEXT,
  undone_at BIGINT,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, kept) REFERENCES person (tenant, id),
  FOREIGN KEY (tenant, gone) REFERENCES person (tenant, id),
  FOREIGN KEY (tenant, referral) REFERENCES referral (tenant, id),
  FOREIGN KEY (tenant, joined_by) REFERENCES app_user (tenant, id),
  FOREIGN KEY (tenant, undone_by) REFERENCES app_user (tenant, id)
);
CREATE INDEX person_join_by_kept ON person_join (tenant, kept, joined_at, id);
CREATE INDEX person_join_by_gone ON person_join (tenant, gone, joined_at) WHERE gone IS NOT NULL;
CREATE INDEX person_join_by_referral ON person_join (tenant, referral, joined_at) WHERE referral IS NOT NULL;

-- Where a record went that was put together with another: it has no case, and stands only so that it can come back.
ALTER TABLE person ADD COLUMN merged_into TEXT;
CREATE INDEX person_by_merged ON person (tenant, merged_into) WHERE merged_into IS NOT NULL;

-- A letter that turned out to be about somebody else: whoever sent the referral reads it no more. Whose story it told stays known by
-- the case in which it was written: it is listed there, and goes with it.
ALTER TABLE feedback ADD COLUMN withdrawn_at BIGINT;

ALTER TABLE feedback ADD COLUMN about_case TEXT;
CREATE INDEX feedback_by_mistake ON feedback (tenant, about_case) WHERE about_case IS NOT NULL;
