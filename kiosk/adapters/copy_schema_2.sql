-- Version 2: what the other kiosks have open is found without reading everything that they had today.

ALTER TABLE peer_visit ADD COLUMN is_open INTEGER NOT NULL DEFAULT 1;

PRAGMA user_version = 2;
