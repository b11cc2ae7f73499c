import { mkdirSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { RUN_LIMIT, seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { startThread } from "../base/self.ts";
import type { Batch, BatchReply, Entry } from "./batch.ts";
import { packBatch } from "./batch.ts";
import { KIND } from "./entries.ts";
import { lockFile } from "./files.ts";
import { GroupCommit } from "./group-commit.ts";
import { type Journal, type MailboxReads, ReadRefused, type Reads } from "./journal.ts";
import { lockInstance } from "./lock.ts";
import { Projected } from "./projected.ts";
import type { AllReads } from "./reads/reader.ts";
import { ThreadClient, ThreadError } from "./threads/rpc.ts";

export interface JournalDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The log is in doubt or a thread of it died: refuse requests, then end the process non-zero. */
  onFailure(detail: string): void;
}

export interface JournalHandle {
  readonly journal: Journal;
  readonly reads: Reads;
  readonly mailboxReads: MailboxReads;
  /** The last life of the process ended by closing the journal. */
  readonly clean: boolean;
  /** Entries that the projection is behind the log. */
  lag(): number;
  /** Looks through the log's file for damage; takes as long as reading it. Empty when nothing is wrong. */
  check(): Promise<readonly string[]>;
  /** Refuses what comes, commits what waits, closes the files. */
  close(): Promise<void>;
}

/** Another process runs on this data folder. */
export class DataFolderInUse extends Error {
  override readonly name = "DataFolderInUse";
}

const CATCH_UP_MS = 100;

/**
 * Opens the journal of a data folder and starts its threads: the log, the projection, a reader for the
 * operators and one for the mailboxes. The projection is brought up to the log before it resolves.
 * Rejects with `DataFolderInUse`, `NewerFile`, or what SQLite says of the file.
 */
export async function openJournal(
  dataDir: string,
  options: { dedupeMs: number; rebuild?: boolean },
  deps: JournalDeps,
): Promise<JournalHandle> {
  mkdirSync(dataDir, { recursive: true });
  const lock = lockInstance(lockFile(dataDir));
  if (lock === null)
    throw new DataFolderInUse(
      `Another longstop runs on ${dataDir}. Stop it first, or give this one its own dataDir.`,
    );
  let commit: GroupCommit | undefined;
  let projected: Projected | undefined;
  const fail = (part: string) => (reason: string) => {
    if (commit === undefined) deps.onFailure(`${part}: ${reason}`);
    else commit.fail(`${part}: ${reason}`);
  };
  const start = (
    entry: string,
    part: string,
    onNotice: (notice: unknown) => void = () => {},
  ): ThreadClient => new ThreadClient(startThread(entry), onNotice, fail(part));
  const log = start("journal/log-thread.ts", "log");
  const index = start("journal/index-thread.ts", "projection", (notice) =>
    projected?.reached((notice as { applied: number }).applied),
  );
  const readers = [
    start("journal/reader-thread.ts", "reader"),
    start("journal/reader-thread.ts", "mailbox reader"),
  ] as const;

  const { clean } = await log.call<{ clean: boolean }>("open", [dataDir, deps.random.text(24)]);
  const { rebuilding, applied } = await index.call<{ rebuilding: string | null; applied: number }>(
    "open",
    [dataDir, options.dedupeMs, options.rebuild ?? false],
  );
  if (rebuilding !== null)
    deps.log.warn("the projection is made anew from the log", { reason: rebuilding });
  projected = new Projected(
    deps.clock,
    applied,
    (place) => void index.call("reach", [place, true]).catch(() => {}),
  );
  const run = deps.random.below(RUN_LIMIT);
  const { head } = await catchUp(dataDir, run, options.dedupeMs, { log, index, projected, deps });
  await Promise.all(readers.map((reader) => reader.call("open", [dataDir])));

  const port = {
    commit: async (batch: Batch): Promise<BatchReply> => {
      const reply = await log.call<BatchReply>(
        "commit",
        [batch, projected?.applied ?? 0],
        [batch.numbers.buffer, batch.bodies.buffer],
      );
      if (reply.ok) void index.call("reach", [reply.head, false]).catch(() => {});
      return reply;
    },
  };
  commit = new GroupCommit({
    port,
    clock: deps.clock,
    run,
    head: seq(head),
    lag: () => (commit?.head ?? 0) - (projected?.applied ?? 0),
    onFailure: deps.onFailure,
  });
  const journal = commit;
  const upTo = projected;
  await sign(port, KIND.started, deps.clock.now());
  const reading = (reader: ThreadClient) => readsThrough(reader, () => upTo.until(journal.head));
  return {
    journal,
    reads: reading(readers[0]),
    mailboxReads: reading(readers[1]),
    clean,
    lag: () => journal.head - upTo.applied,
    check: () => checkFile(dataDir),
    close: async () => {
      await journal.close();
      await sign(port, KIND.stopped, deps.clock.now()).catch(() => {});
      for (const reader of readers) reader.terminate();
      await index.call("close", []).catch(() => {});
      await log.call("close", []).catch(() => {});
      index.terminate();
      log.terminate();
      lock.release();
    },
  };
}

/** Brings the projection up to the log, which nobody writes to yet, then opens the log for writing. */
async function catchUp(
  dataDir: string,
  run: number,
  dedupeMs: number,
  parts: { log: ThreadClient; index: ThreadClient; projected: Projected; deps: JournalDeps },
): Promise<{ head: number }> {
  const { log, index, projected, deps } = parts;
  const opened = await log.call<{ head: number }>("begin", [dataDir, run, dedupeMs]);
  let said = deps.clock.monotonic();
  while (projected.applied < opened.head) {
    await index.call("reach", [opened.head, true]);
    await Promise.race([
      projected.until(opened.head).catch(() => {}),
      new Promise<void>((resolve) => deps.clock.after(CATCH_UP_MS, resolve)),
    ]);
    if (deps.clock.monotonic() - said < 1_000) continue;
    said = deps.clock.monotonic();
    deps.log.info("bringing the projection up to the log", {
      applied: projected.applied,
      head: opened.head,
    });
  }
  return opened;
}

/** A sign of life in the log: the process began, or ended in good order. */
async function sign(
  port: { commit(batch: Batch): Promise<BatchReply> },
  kind: number,
  at: number,
): Promise<void> {
  const entry: Entry = { kind, at, width: 1, fact: "{}", request: "", body: null, hashes: [] };
  await port.commit(packBatch([entry]));
}

async function checkFile(dataDir: string): Promise<readonly string[]> {
  const reader = new ThreadClient(
    startThread("journal/reader-thread.ts"),
    () => {},
    () => {},
  );
  try {
    return await reader.call<string[]>("check", [dataDir]);
  } finally {
    reader.terminate();
  }
}

/** Every read waits for what was acknowledged before it, then goes to its thread. */
function readsThrough(reader: ThreadClient, ready: () => Promise<void>): AllReads {
  const read =
    (name: keyof AllReads) =>
    async (...args: readonly unknown[]): Promise<unknown> => {
      await ready();
      try {
        return await reader.call("read", [name, args]);
      } catch (error) {
        if (error instanceof ThreadError && error.kind === "ReadRefused")
          throw new ReadRefused(error.code as ReadRefused["code"], error.message);
        throw error;
      }
    };
  const names: readonly (keyof AllReads)[] = [
    "events",
    "event",
    "requestBody",
    "count",
    "oldest",
    "changes",
    "connections",
    "connection",
    "jobs",
    "job",
    "runningJobs",
    "keys",
    "sources",
    "view",
    "waiting",
    "ready",
    "due",
    "load",
  ];
  return Object.fromEntries(names.map((name) => [name, read(name)])) as unknown as AllReads;
}
