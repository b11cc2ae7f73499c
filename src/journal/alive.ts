import type { Database } from "bun:sqlite";
import type { Clock, Millis } from "../base/clock.ts";

/** How often a process that has nothing to write says that it is there, ms: the precision of a gap's beginning. */
export const SIGN_OF_LIFE_MS = 60_000;

/**
 * Says, beside the log and in no entry of it, that the process was there at this time. To be called within a
 * transaction; `head` is the log's last place.
 */
export function signLife(db: Database, head: number, at: Millis): void {
  db.query("INSERT OR REPLACE INTO meta (name, value) VALUES ('alive', ?)").run(
    `${head} ${Math.round(at)}`,
  );
}

/**
 * When the log's process was last there: the time of the last entry, or of a sign of life after it. Told by
 * their order and not by the larger time, so that a clock which ran ahead once is not believed for ever.
 * `null`: the log is new.
 */
export function lastAliveAt(db: Database): Millis | null {
  const last = db
    .query<{ head: number; at: number }, []>(
      "SELECT seq + width - 1 AS head, at_ms AS at FROM log ORDER BY seq DESC LIMIT 1",
    )
    .get();
  const sign = db
    .query<{ value: string }, []>("SELECT value FROM meta WHERE name = 'alive'")
    .get()?.value;
  const [head = -1, at = null] = sign === undefined ? [] : sign.split(" ").map(Number);
  return head >= (last?.head ?? 0) && at !== null ? at : (last?.at ?? null);
}

/** Signs until it is stopped. A sign that fails is not missed: what fails in the log is told by those who write to it. */
export function keepSigning(clock: Clock, sign: (at: Millis) => Promise<unknown>): () => void {
  let cancel = (): void => {};
  const next = (): void => {
    cancel = clock.after(SIGN_OF_LIFE_MS, () => {
      sign(clock.now()).catch(() => {});
      next();
    });
  };
  next();
  return () => cancel();
}
