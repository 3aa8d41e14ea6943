-- Version 2: what was acknowledged is known by its hash, a log that forked says so for good, legal holds, and where
-- the next erasure starts to look.

ALTER TABLE sent ADD COLUMN hash TEXT NOT NULL DEFAULT '';  -- of the entry with that number; '' before the first
ALTER TABLE sent ADD COLUMN fork TEXT NOT NULL DEFAULT '';  -- why this log must not be written on; '' while it may
ALTER TABLE sent ADD COLUMN swept INTEGER NOT NULL DEFAULT 0;  -- no body up to here can be erased any more

CREATE TABLE hold (
    id     TEXT PRIMARY KEY,
    lifted INTEGER NOT NULL,
    data   TEXT NOT NULL
) STRICT;

PRAGMA user_version = 2;
