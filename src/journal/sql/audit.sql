-- What operators did, and logins that were refused: the newest of each.
CREATE TABLE audit (
  seq     INTEGER PRIMARY KEY,
  -- 0: an action, 1: a refused login; each numbered by itself, so that what is too old is found by its number.
  class   INTEGER NOT NULL,
  number  INTEGER NOT NULL,
  at_ms   INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  name    TEXT,
  via     TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  -- JSON: what it was done to.
  target  TEXT    NOT NULL,
  outcome TEXT    NOT NULL,
  status  INTEGER NOT NULL,
  peer    TEXT,
  times   INTEGER NOT NULL,
  UNIQUE (class, number)
) STRICT;
