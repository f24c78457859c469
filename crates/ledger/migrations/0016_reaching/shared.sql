-- Who may be one is looked for by the day of birth too: a name that was mistyped has an entry of its own in the index of names.
CREATE INDEX person_by_born ON person (tenant, born);

-- A scheme's own words for a message that sends itself; each change is a further version, the newest stands. Without words ours do.
CREATE TABLE message_wording (
  tenant     TEXT NOT NULL,
  scheme     TEXT NOT NULL,
  template   TEXT NOT NULL,
  version    BIGINT NOT NULL,
  body       TEXT,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, scheme, template, version),
  FOREIGN KEY (tenant, scheme) REFERENCES scheme (tenant, organisation),
  FOREIGN KEY (tenant, changed_by) REFERENCES app_user (tenant, id)
);

-- What waits already is looked at too: late answers and those who have still to be told, whose one reminder is over, and drafts.
UPDATE job SET done_at = NULL, attempts = 0 WHERE kind = 'remind_triage' AND done_at IS NOT NULL AND EXISTS (SELECT 1 FROM referral r WHERE r.tenant = job.tenant AND r.id = job.subject
  AND (r.state IN ('sent', 'returned') OR (r.state = 'not_accepted' AND r.source <> 'practice' AND r.told_at IS NULL)));
INSERT INTO job (tenant, id, kind, subject, run_at) SELECT tenant, id, 'draft_waits', id, created_at FROM referral WHERE state = 'draft';

-- News of letters that failed stands with whoever wrote the letter.
UPDATE outbox SET case_id = (SELECT r.case_id FROM feedback f JOIN referral r ON r.tenant = f.tenant AND r.id = f.referral WHERE f.tenant = outbox.tenant AND f.id = substr(outbox.subject, 1, 26))
  WHERE template = 'feedback_arrived' AND case_id IS NULL AND failed_at IS NOT NULL AND settled_at IS NULL;
UPDATE outbox SET scheme = (SELECT c.scheme FROM case_file c WHERE c.tenant = outbox.tenant AND c.id = outbox.case_id) WHERE template = 'feedback_arrived' AND case_id IS NOT NULL AND scheme IS NULL;
