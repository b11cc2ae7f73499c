-- The log: append-only, one writer. Retention empties `body` and drops old rows in slices, nothing else changes.
CREATE TABLE log (
  -- Given out by the writer, with gaps: an entry of width w takes seq … seq+w-1, one place per event.
  seq     INTEGER PRIMARY KEY,
  kind    INTEGER NOT NULL,
  -- Which life of the process wrote it; part of the events' public ids.
  run     INTEGER NOT NULL,
  at_ms   INTEGER NOT NULL,
  width   INTEGER NOT NULL CHECK (width >= 1),
  -- JSON, as in facts.ts.
  fact    TEXT    NOT NULL,
  -- JSON [[index, seq of the original], …]: which events of this request are duplicates.
  links   TEXT,
  -- JSON: method, url, peer, headers.
  request TEXT,
  body    BLOB
) STRICT;

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
