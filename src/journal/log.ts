import type { Database } from "bun:sqlite";
import type { Millis } from "../base/clock.ts";
import { lastAliveAt } from "./alive.ts";
import { KIND } from "./entries.ts";
import { DamagedFile, isDamaged, openWriter } from "./open.ts";
import log1 from "./sql/log-1.sql" with { type: "text" };
import log2 from "./sql/log-2.sql" with { type: "text" };

export const LOG_MIGRATIONS: readonly string[] = [log1, log2];

export interface OpenedLog {
  readonly db: Database;
  /** A text of its own for each log: a projection that names another is not of this log. */
  readonly identity: string;
  /** Whether the last life of the process ended by closing the log. */
  readonly clean: boolean;
  /** When that life was last seen; `null` when there was none. */
  readonly lastAliveAt: Millis | null;
}

/**
 * Opens the log for writing, making it on first sight. `identity` names a new one. Throws `NewerFile`, and
 * `DamagedFile` when what opening reads is damaged; the rest of the file is looked through elsewhere.
 */
export function openLog(path: string, identity: string): OpenedLog {
  try {
    return open(path, identity);
  } catch (error) {
    if (isDamaged(error)) throw new DamagedFile(path, error);
    throw error;
  }
}

function open(path: string, identity: string): OpenedLog {
  const db = openWriter(path, "log", LOG_MIGRATIONS);
  db.query("INSERT OR IGNORE INTO meta (name, value) VALUES ('identity', ?)").run(identity);
  const last = db
    .query<{ kind: number }, []>("SELECT kind FROM log ORDER BY seq DESC LIMIT 1")
    .get();
  const clean = last === null || last.kind === KIND.stopped;
  return { db, identity: logIdentity(db), clean, lastAliveAt: lastAliveAt(db) };
}

export function logIdentity(db: Database): string {
  return (
    db.query<{ value: string }, []>("SELECT value FROM meta WHERE name = 'identity'").get()
      ?.value ?? ""
  );
}
