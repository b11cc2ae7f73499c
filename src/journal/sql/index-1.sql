-- The projection: everything here is derived from the log and may be deleted and rebuilt at any time.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  id            INTEGER PRIMARY KEY,
  name          TEXT    NOT NULL UNIQUE,
  received      INTEGER NOT NULL,
  duplicates    INTEGER NOT NULL,
  pending       INTEGER NOT NULL,
  completed     INTEGER NOT NULL,
  skipped       INTEGER NOT NULL,
  failed        INTEGER NOT NULL,
  last_event_ms INTEGER
) STRICT;

CREATE TABLE secrets (
  source_id    INTEGER NOT NULL,
  fingerprint  TEXT    NOT NULL,
  last_used_ms INTEGER NOT NULL,
  PRIMARY KEY (source_id, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE TABLE connections (
  id            INTEGER PRIMARY KEY,
  source_id     INTEGER NOT NULL,
  key           TEXT    NOT NULL,
  -- 0 active, 1 paused, 2 halted
  status        INTEGER NOT NULL,
  status_reason TEXT,
  status_ms     INTEGER,
  state         TEXT,
  newest_ms     INTEGER,
  newest_seq    TEXT,
  -- Unsettled work items, and how many of them wait for a time of their own.
  pending       INTEGER NOT NULL,
  waiting       INTEGER NOT NULL,
  -- Position of the item whose retry holds its followers (strict order).
  holding       INTEGER,
  -- Could run now, and since which entry; in this order connections are taken into memory.
  ready_seq     INTEGER,
  -- Sleeps until then, and since when: while the clock stands before that, it went back and the wait is over.
  wake_ms       INTEGER,
  wake_since_ms INTEGER,
  last_event_ms INTEGER,
  events        INTEGER NOT NULL,
  restarts      INTEGER NOT NULL,
  -- JSON: the times of the last restarts, newest last.
  restart_log   TEXT    NOT NULL,
  UNIQUE (source_id, key)
) STRICT;
CREATE INDEX connections_ready ON connections (ready_seq) WHERE ready_seq IS NOT NULL;
CREATE INDEX connections_wake ON connections (wake_ms) WHERE wake_ms IS NOT NULL;
CREATE INDEX connections_wake_since ON connections (wake_since_ms) WHERE wake_since_ms IS NOT NULL;

CREATE TABLE events (
  seq           INTEGER PRIMARY KEY,
  run           INTEGER NOT NULL,
  source_id     INTEGER NOT NULL,
  connection_id INTEGER,
  type          TEXT    NOT NULL,
  -- 0 pending, 1 completed, 2 skipped, 3 failed
  status        INTEGER NOT NULL,
  -- 0 webhook, 1 poll, 2 emit, 3 publish
  origin        INTEGER NOT NULL,
  occurred_ms   INTEGER,
  sequence      TEXT,
  received_ms   INTEGER NOT NULL,
  settled_ms    INTEGER,
  -- At the current position: attempts made, and the last one's start and length.
  attempts      INTEGER NOT NULL,
  position      INTEGER NOT NULL,
  started_ms    INTEGER,
  duration_ms   INTEGER,
  next_ms       INTEGER,
  stale         INTEGER NOT NULL,
  error         TEXT,
  reason        TEXT,
  size          INTEGER NOT NULL,
  request_seq   INTEGER NOT NULL,
  duplicates    INTEGER NOT NULL,
  replays       INTEGER NOT NULL
) STRICT;
CREATE INDEX events_connection ON events (connection_id, seq) WHERE connection_id IS NOT NULL;
CREATE INDEX events_source ON events (source_id, seq);
CREATE INDEX events_pending ON events (seq) WHERE status = 0;
CREATE INDEX events_failed ON events (seq) WHERE status = 3;
CREATE INDEX events_skipped ON events (seq) WHERE status = 2;

-- What is not settled. Live work passes through in one batch and leaves no trace.
CREATE TABLE work (
  position      INTEGER PRIMARY KEY,
  event_seq     INTEGER NOT NULL,
  source_id     INTEGER NOT NULL,
  connection_id INTEGER,
  -- Attempts that count against the policy, and all of them.
  counted       INTEGER NOT NULL,
  attempts      INTEGER NOT NULL,
  -- Waits from `since_ms` to `due_ms`; both or neither.
  due_ms        INTEGER,
  since_ms      INTEGER
) STRICT;
CREATE INDEX work_connection ON work (connection_id, position) WHERE connection_id IS NOT NULL;
CREATE INDEX work_alone ON work (position) WHERE connection_id IS NULL AND due_ms IS NULL;
CREATE INDEX work_alone_due ON work (due_ms) WHERE connection_id IS NULL AND due_ms IS NOT NULL;
CREATE INDEX work_alone_since ON work (since_ms) WHERE connection_id IS NULL AND since_ms IS NOT NULL;

CREATE TABLE attempts (
  event_seq   INTEGER NOT NULL,
  position    INTEGER NOT NULL,
  attempt     INTEGER NOT NULL,
  started_ms  INTEGER,
  duration_ms INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  error       TEXT,
  next_ms     INTEGER,
  PRIMARY KEY (event_seq, position, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
  position  INTEGER NOT NULL,
  name      TEXT    NOT NULL,
  result    TEXT    NOT NULL,
  at_ms     INTEGER NOT NULL,
  UNIQUE (position, name)
) STRICT;

-- By a number made from (source, dedupe key); a hit is confirmed on the full key in the log. A bucket is a
-- span of time, so that the past can be dropped whole and random inserts stay within the newest one.
CREATE TABLE dedupe (
  bucket INTEGER NOT NULL,
  hash   INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (bucket, hash, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id         TEXT    PRIMARY KEY,
  created_ms INTEGER NOT NULL,
  job        TEXT    NOT NULL
) STRICT;

CREATE TABLE keys (
  id  TEXT PRIMARY KEY,
  key TEXT NOT NULL
) STRICT, WITHOUT ROWID;
