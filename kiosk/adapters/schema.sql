-- The kiosk's screening log and the state derived from it. One file, encrypted whole; one writer.
-- Version 1. A later version is a numbered migration, committed together with its user_version.

CREATE TABLE identity (           -- who this kiosk is; one row, from enrolment
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    site_id     TEXT NOT NULL,
    kiosk_id    TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    letter      TEXT NOT NULL,
    token       TEXT NOT NULL,    -- secret; the file is encrypted
    id_key      TEXT NOT NULL,    -- secret; key of the hash of identity numbers
    private_key TEXT NOT NULL     -- secret; this kiosk's Ed25519 key, hex
) STRICT;

CREATE TABLE entry (              -- append-only: the truth
    seq             INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    happened_at     TEXT NOT NULL,
    recorded_at     TEXT NOT NULL,
    clock_offset_ms INTEGER,
    body            TEXT,         -- canonical JSON; NULL once erased, with its salt
    salt            TEXT,
    digest          TEXT NOT NULL,
    hash            TEXT NOT NULL -- the previous hash is the previous row's
) STRICT;

CREATE TABLE sent (               -- how far the server has acknowledged; not part of the truth
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    seq   INTEGER NOT NULL
) STRICT;
INSERT INTO sent VALUES (1, 0);

-- The state: what domain/state.py makes of the entries. Can be thrown away and rebuilt.
CREATE TABLE visit (
    id            TEXT PRIMARY KEY,
    booking_id    TEXT,
    first_contact TEXT NOT NULL,
    step          TEXT NOT NULL,
    cause         TEXT NOT NULL,
    data          TEXT NOT NULL
) STRICT;
CREATE INDEX visit_by_booking ON visit (booking_id, first_contact);
CREATE INDEX visit_by_step ON visit (step, first_contact);

CREATE TABLE isolation_case (
    id        TEXT PRIMARY KEY,
    opened_at TEXT NOT NULL,
    is_open   INTEGER NOT NULL,
    data      TEXT NOT NULL
) STRICT;

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 1;
