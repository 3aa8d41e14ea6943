-- Version 5: the tokens that came before the one in use. A server that went back to an older copy knows one of those.

CREATE TABLE earlier_token (
    number INTEGER PRIMARY KEY,   -- the newest has the highest
    token  TEXT NOT NULL          -- secret; the file is encrypted
) STRICT;

PRAGMA user_version = 5;
