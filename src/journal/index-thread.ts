import { systemClock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { indexFile, logFile } from "./files.ts";
import { isDamaged, isDiskFull } from "./open.ts";
import { type OpenedProjection, openProjection, removeProjection } from "./projection/open.ts";
import { answerCalls, notify } from "./threads/rpc.ts";

/** The projection's thread: applies the log in large batches, in no hurry, and says how far it has come. */
let opened: OpenedProjection | undefined;
let wanted = 0;
let armed = false;

const FULL_DISK_WAIT_MS = 1_000;

function arm(delayMs: number): void {
  if (armed) return;
  armed = true;
  if (delayMs === 0) systemClock.soon(work);
  else systemClock.after(delayMs, work);
}

function work(): void {
  armed = false;
  if (opened === undefined) return;
  try {
    const entries = opened.projection.step(LIMITS.INDEX_BATCH_ENTRIES);
    notify({ applied: opened.projection.applied });
    opened.projection.checkpointIfDue();
    if (entries > 0 && opened.projection.applied < wanted) arm(0);
  } catch (error) {
    if (isDamaged(error)) return notify({ damaged: String(error) });
    // Without room the projection lags, bounded by what receiving then refuses; it goes on when there is some.
    if (!isDiskFull(error)) throw error;
    notify({ stalled: true });
    arm(FULL_DISK_WAIT_MS);
  }
}

answerCalls({
  open(dataDir: string, rebuild: boolean): { rebuilding: string | null; applied: number } {
    if (rebuild) removeProjection(indexFile(dataDir));
    opened = openProjection(indexFile(dataDir), logFile(dataDir));
    return {
      rebuilding: rebuild ? "it was asked for" : opened.rebuilding,
      applied: opened.projection.applied,
    };
  },
  /** The log now reaches to `head`. */
  reach(head: number): null {
    wanted = Math.max(wanted, head);
    arm(0);
    return null;
  },
  close(): null {
    const db = opened?.db;
    opened = undefined;
    db?.run("PRAGMA wal_checkpoint(TRUNCATE)");
    db?.close();
    return null;
  },
});
