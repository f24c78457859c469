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
