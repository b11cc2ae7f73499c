import type { Database } from "bun:sqlite";
import { systemClock } from "../base/clock.ts";
import { signLife } from "./alive.ts";
import type { Batch } from "./batch.ts";
import { DedupeIndex } from "./dedupe.ts";
import { indexFile, logFile } from "./files.ts";
import { openLog } from "./log.ts";
import { type Beside, LogWriter, nextSeq } from "./log-writer.ts";
import { openReader } from "./open.ts";
import { QuarantineTable, type QuarantineWrite } from "./quarantine-table.ts";
import { answerCalls, Transferred } from "./threads/rpc.ts";

/** The log's thread: the only writer. It waits for the disk so that nobody else has to. */
let db: Database | undefined;
let writer: LogWriter | undefined;
let dedupe: DedupeIndex | undefined;
let table: QuarantineTable | undefined;

function begun(): LogWriter {
  if (writer === undefined) throw new Error("the log is not open for writing yet");
  return writer;
}

/** A slice at a time, so that commits go between. */
function fillFilter(): void {
  if (dedupe?.fillFilter() === false) systemClock.soon(fillFilter);
}

answerCalls({
  open(dataDir: string, identity: string): { clean: boolean; lastAliveAt: number | null } {
    const { clean, lastAliveAt, ...opened } = openLog(logFile(dataDir), identity);
    db = opened.db;
    return { clean, lastAliveAt };
  },
  /** The last place of the log. */
  head(): { head: number } {
    if (db === undefined) throw new Error("the log is not open");
    return { head: nextSeq(db) - 1 };
  },
  /** Once the projection has the whole log: duplicates of the past are found in it. */
  begin(dataDir: string, run: number, dedupeMs: number): null {
    if (db === undefined) throw new Error("the log is not open");
    dedupe = new DedupeIndex(db, openReader(indexFile(dataDir)), dedupeMs);
    writer = new LogWriter(db, dedupe, run);
    table = new QuarantineTable(db);
    systemClock.soon(fillFilter);
    return null;
  },
  commit(batch: Batch, applied: number): Transferred {
    dedupe?.applied(applied);
    const reply = begun().commit(batch);
    // After the answer is on its way, and before the next batch: in nobody's commit.
    systemClock.soon(() => writer?.checkpointIfDue());
    return new Transferred(reply, reply.ok ? [reply.numbers.buffer] : []);
  },
  quarantine(write: QuarantineWrite): Beside<number[]> {
    const bodies = write.kind === "keep" ? write.requests.map(({ body }) => body.byteLength) : [];
    const bytes = bodies.reduce((sum, own) => sum + own, 0);
    const reply = begun().beside(bytes, () => table?.write(write) ?? []);
    systemClock.soon(() => writer?.checkpointIfDue());
    return reply;
  },
  alive(at: number): null {
    const own = begun();
    own.beside(0, () => (db === undefined ? null : signLife(db, own.head, at)));
    return null;
  },
  close(): null {
    writer?.close();
    return null;
  },
});
