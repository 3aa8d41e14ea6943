-- Version 4: a case is found by its visit, and small things that hold for a day have a place: who is on duty, which
-- situation of the plan is being handled.

ALTER TABLE isolation_case ADD COLUMN visit_id TEXT NOT NULL DEFAULT '';
CREATE INDEX case_by_visit ON isolation_case (visit_id);

CREATE TABLE fact (
    name TEXT PRIMARY KEY,        -- ends with the day that it belongs to: shift:guard-li:2020-03-10
    data TEXT NOT NULL            -- JSON
) STRICT;

PRAGMA user_version = 4;
