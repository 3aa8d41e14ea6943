-- Version 3: a step of a visit changes the visit's own page and no index. Measured: a commit writes 3 to 4 pages, not 12.

ALTER TABLE visit ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;  -- whether somebody has still to settle it
UPDATE visit SET listed = 1
    WHERE step IN ('booking', 'card_check', 'declaration', 'measuring', 'resting', 'guard', 'hall_line')
        OR (step = 'refused' AND cause <> '');
DROP INDEX visit_by_step;
CREATE INDEX visit_listed ON visit (first_contact, id) WHERE listed = 1;

CREATE TABLE newer (              -- the counters, found in one tree rather than in two
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO newer SELECT name, value FROM counter;
DROP TABLE counter;
ALTER TABLE newer RENAME TO counter;

PRAGMA user_version = 3;
