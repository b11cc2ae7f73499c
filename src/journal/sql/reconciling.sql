-- What providers were asked for, and what came of it.
CREATE TABLE sweeps (
  id             INTEGER PRIMARY KEY,
  -- `swp_…`
  name           TEXT    NOT NULL UNIQUE,
  source_id      INTEGER NOT NULL,
  why            TEXT    NOT NULL,
  -- Of a poll: the connection that was asked for.
  connection     TEXT,
  phase          TEXT    NOT NULL,
  started_ms     INTEGER NOT NULL,
  finished_ms    INTEGER,
  from_ms        INTEGER,
  to_ms          INTEGER NOT NULL,
  found          INTEGER NOT NULL,
  calls          INTEGER NOT NULL,
  -- Events that were new, and how long those that say when they happened were missing.
  recovered      INTEGER NOT NULL,
  missing_ms_max INTEGER NOT NULL,
  missing_ms_sum INTEGER NOT NULL,
  error          TEXT
) STRICT;
CREATE INDEX sweeps_source ON sweeps (source_id, id);
CREATE INDEX sweeps_connection ON sweeps (source_id, connection, id) WHERE connection IS NOT NULL;
CREATE INDEX sweeps_recovered ON sweeps (id) WHERE recovered > 0;

-- What a sweep recovered of each connection; 0 stands for none.
CREATE TABLE healed (
  sweep_id       INTEGER NOT NULL,
  connection_id  INTEGER NOT NULL,
  recovered      INTEGER NOT NULL,
  missing_ms_max INTEGER NOT NULL,
  PRIMARY KEY (sweep_id, connection_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reconciled (
  source_id     INTEGER PRIMARY KEY,
  cursor        TEXT,
  -- When the last whole sweep ended well.
  swept_ms      INTEGER,
  last_sweep_id INTEGER,
  recovered     INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshots (
  source_id INTEGER NOT NULL,
  key       TEXT    NOT NULL,
  snapshot  TEXT    NOT NULL,
  UNIQUE (source_id, key)
) STRICT;

CREATE TABLE deadlines (
  source_id INTEGER NOT NULL,
  key       TEXT    NOT NULL,
  -- NULL: nothing is expected of it, and that was said.
  by_ms     INTEGER,
  misses    INTEGER NOT NULL,
  PRIMARY KEY (source_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_by ON deadlines (source_id, by_ms) WHERE by_ms IS NOT NULL;
