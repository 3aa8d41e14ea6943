-- What the server told: a cache that can be fetched anew. Encrypted like the log, and no part of it.

CREATE TABLE booking (            -- with its rowid: without one, the long rows would make the tree seven pages deep
    id      TEXT PRIMARY KEY,
    number  TEXT NOT NULL,
    id_hash TEXT NOT NULL,
    data    TEXT NOT NULL
) STRICT;
CREATE INDEX booking_by_number ON booking (number);
CREATE INDEX booking_by_id_hash ON booking (id_hash) WHERE id_hash <> '';

CREATE TABLE peer_visit (
    id         TEXT PRIMARY KEY,
    booking_id TEXT,
    data       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_visit_by_booking ON peer_visit (booking_id);

CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
