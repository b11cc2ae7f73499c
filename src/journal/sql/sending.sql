-- Who is sent what, in the projection: derived from the log like everything beside it.
CREATE TABLE endpoints (
  id                INTEGER PRIMARY KEY,
  -- `ep_…`. One that is removed and put again begins a new row; its past stays with the old one.
  name              TEXT    NOT NULL,
  -- JSON: what is stored of it.
  endpoint          TEXT    NOT NULL,
  -- 1: what was pending then is cancelled.
  removed           INTEGER NOT NULL,
  -- 0 enabled, 1 paused, 2 disabled
  status            INTEGER NOT NULL,
  status_reason     TEXT,
  status_ms         INTEGER NOT NULL,
  pending           INTEGER NOT NULL,
  delivered         INTEGER NOT NULL,
  failed            INTEGER NOT NULL,
  last_delivery_ms  INTEGER,
  failing_since_ms  INTEGER,
  -- The last event acknowledged, and its position: pending ones up to there are delivered.
  acked_event       INTEGER NOT NULL,
  acked_to          INTEGER NOT NULL
) STRICT;
CREATE INDEX endpoints_name ON endpoints (name);

-- One row at most for each event and endpoint. In the order in which they came to be.
CREATE TABLE deliveries (
  id            INTEGER PRIMARY KEY,
  event_seq     INTEGER NOT NULL,
  endpoint_id   INTEGER NOT NULL,
  connection_id INTEGER,
  -- Its place in the endpoint's queue: that of the entry which made it owed (last).
  position      INTEGER NOT NULL,
  -- 0 pending, 1 delivered, 2 failed, 3 cancelled; see also what the endpoint says of pending ones.
  status        INTEGER NOT NULL,
  -- 1: no pending one of its connection stands before it.
  head          INTEGER NOT NULL,
  attempts      INTEGER NOT NULL,
  -- Tries over all rounds, and the entry of the last one.
  tries         INTEGER NOT NULL,
  last_try      INTEGER,
  created_ms    INTEGER NOT NULL,
  -- Waits from `since_ms` to `due_ms`; both or neither.
  due_ms        INTEGER,
  since_ms      INTEGER,
  confirming    INTEGER NOT NULL,
  settled_ms    INTEGER,
  error         TEXT,
  response      INTEGER,
  UNIQUE (event_seq, endpoint_id)
) STRICT;
CREATE INDEX deliveries_endpoint ON deliveries (endpoint_id, id);
CREATE INDEX deliveries_ready ON deliveries (endpoint_id, position) WHERE status = 0 AND due_ms IS NULL;
CREATE INDEX deliveries_heads ON deliveries (endpoint_id, position) WHERE status = 0 AND due_ms IS NULL AND head = 1;
CREATE INDEX deliveries_due ON deliveries (endpoint_id, due_ms) WHERE status = 0 AND due_ms IS NOT NULL;
CREATE INDEX deliveries_since ON deliveries (endpoint_id, since_ms) WHERE status = 0 AND since_ms IS NOT NULL;
CREATE INDEX deliveries_lane ON deliveries (endpoint_id, connection_id, position) WHERE status = 0 AND connection_id IS NOT NULL;
CREATE INDEX deliveries_failed ON deliveries (event_seq, endpoint_id) WHERE status = 2;
CREATE INDEX deliveries_failed_endpoint ON deliveries (endpoint_id, event_seq) WHERE status = 2;

-- Tries but the last, by the entries that tell of them: what came back is read in the log.
CREATE TABLE tries (
  delivery_id INTEGER NOT NULL,
  entry_seq   INTEGER NOT NULL,
  PRIMARY KEY (delivery_id, entry_seq)
) STRICT, WITHOUT ROWID;
