-- Requests that were not let in: they failed verification, or wait for it. Beside the log, bounded, and the one table that forgets.
CREATE TABLE quarantine (
  -- Never given out twice: operators name rows by it.
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  source  TEXT    NOT NULL,
  at_ms   INTEGER NOT NULL,
  code    TEXT    NOT NULL,
  detail  TEXT    NOT NULL,
  -- 1: acknowledged, to be verified once its keys can be asked for. No bound removes it.
  held    INTEGER NOT NULL CHECK (held IN (0, 1)),
  -- All that the row takes, about.
  bytes   INTEGER NOT NULL,
  -- JSON: method, url, peer, headers.
  request TEXT    NOT NULL,
  body    BLOB    NOT NULL
) STRICT;

CREATE INDEX quarantine_by_source ON quarantine (source, held, id, bytes);
CREATE INDEX quarantine_held ON quarantine (bytes) WHERE held = 1;
