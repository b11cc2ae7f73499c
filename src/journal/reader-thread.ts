import { systemClock } from "../base/clock.ts";
import { indexFile, logFile } from "./files.ts";
import { openReader } from "./open.ts";
import { type AllReads, openReads, type Synchronous } from "./reads/reader.ts";
import { answerCalls } from "./threads/rpc.ts";

/** A reading thread: a search over millions of rows takes its time here, where nobody waits but the one who asked. */
let reads: Synchronous<AllReads> | undefined;

answerCalls({
  open(dataDir: string): null {
    reads = openReads(openReader(indexFile(dataDir)), openReader(logFile(dataDir)), systemClock);
    return null;
  },
  read(name: keyof AllReads, args: readonly unknown[]): unknown {
    const method = reads?.[name] as ((...given: readonly unknown[]) => unknown) | undefined;
    if (method === undefined) throw new Error(`the reader does not know ${name}`);
    return method(...args);
  },
  /** Empty when SQLite finds nothing wrong. */
  check(dataDir: string): string[] {
    const db = openReader(logFile(dataDir));
    const rows = db.query<{ quick_check: string }, []>("PRAGMA quick_check(5)").all();
    db.close();
    return rows.map((row) => row.quick_check).filter((line) => line !== "ok");
  },
});
