-- Who may be one is looked for by the day of birth too: a name that was mistyped has an entry of its own in the index of names.
CREATE INDEX person_by_born ON person (tenant, born);
