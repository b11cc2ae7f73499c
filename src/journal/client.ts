import { mkdirSync } from "node:fs";
import type { Clock, Millis } from "../base/clock.ts";
import { RUN_LIMIT, seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { startThread } from "../base/self.ts";
import { keepSigning } from "./alive.ts";
import type { AuditReads } from "./audit.ts";
import type { Backups } from "./backup.ts";
import { BackupMaker } from "./backups/maker.ts";
import { type Batch, type BatchReply, type Entry, packBatch } from "./batch.ts";
import { KIND } from "./entries.ts";
import { indexFile, lockFile } from "./files.ts";
import { type CommitPort, GroupCommit } from "./group-commit.ts";
import type { Journal, MailboxReads, Reads } from "./journal.ts";
import { type InstanceLock, lockInstance } from "./lock.ts";
import type { JournalMeter } from "./meter.ts";
import { removeProjection } from "./projection/open.ts";
import type { QuarantineStore } from "./quarantine.ts";
import { quarantineThrough } from "./quarantine-client.ts";
import type { ReconcileReads } from "./reconciling.ts";
import type { OwedReads, SendingReads } from "./sending.ts";
import { ReaderClient, readsThrough } from "./threads/reader-client.ts";
import { ThreadClient } from "./threads/rpc.ts";
import { openWriters, type Writers } from "./threads/writers.ts";

export interface JournalDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The log is in doubt or a thread that writes died: refuse requests, then end the process non-zero. */
  onFailure(detail: string): void;
  /** Counts what is journaled, where somebody wants to know. */
  readonly meter?: JournalMeter;
}

export interface JournalOptions {
  readonly dedupeMs: number;
  /** Throw the projection away first. */
  readonly rebuild?: boolean;
}

export interface JournalHandle {
  readonly journal: Journal;
  readonly reads: Reads;
  readonly mailboxReads: MailboxReads;
  readonly quarantine: QuarantineStore;
  /** What operators read of sending, and what sending itself reads. */
  readonly sending: SendingReads;
  readonly owed: OwedReads;
  readonly reconciling: ReconcileReads;
  readonly audit: AuditReads;
  readonly backups: Backups;
  /** The last life of the process ended by closing the journal. */
  readonly clean: boolean;
  /** When that life was last there, to a minute; a clean end is a sign of it. `null`: this is the first. */
  readonly lastAliveAt: Millis | null;
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

/**
 * Opens the journal of a data folder and starts its threads: the log, the projection, a reader for the
 * operators and one for the mailboxes. The projection is brought up to the log before it resolves.
 * Rejects with `DataFolderInUse`, or what opening the files says, and then holds nothing.
 */
export async function openJournal(
  dataDir: string,
  options: JournalOptions,
  deps: JournalDeps,
): Promise<JournalHandle> {
  mkdirSync(dataDir, { recursive: true });
  const lock = lockInstance(lockFile(dataDir));
  if (lock === null)
    throw new DataFolderInUse(
      `Another longstop runs on ${dataDir}. Stop it first, or give this one its own dataDir.`,
    );
  try {
    return await openLocked(dataDir, lock, options, deps);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The log has everything: without its projection the next start makes it anew. Which of the two is damaged
 * SQLite does not say; if it is the log, that start says so.
 */
const DAMAGED = "the projection is damaged and is made anew at the next start";

async function openLocked(
  dataDir: string,
  lock: InstanceLock,
  { dedupeMs, rebuild = false }: JournalOptions,
  deps: JournalDeps,
): Promise<JournalHandle> {
  const { clock, random, log, onFailure } = deps;
  const run = random.below(RUN_LIMIT);
  const inDoubt = (reason: string): void => journal.fail(reason);
  const damaged = (reason: string): void => {
    removeProjection(indexFile(dataDir));
    inDoubt(`${DAMAGED}: ${reason}`);
  };
  const { writers, head, ...last } = await openWriters(
    { dataDir, identity: random.text(24), run, dedupeMs, rebuild },
    { clock, log, died: inDoubt, damaged },
  );
  const port = portTo(writers, deps.meter);
  const { projected } = writers;
  const lag = (): number => journal.head - projected.applied;
  const journal = new GroupCommit({ port, clock, run, head: seq(head), lag, onFailure });
  const newReader = (ready: () => Promise<void>): ReaderClient =>
    new ReaderClient({
      start: () => startReader(dataDir),
      ready,
      damaged,
      restarted: (reason) => log.error("a reading thread died and was replaced", { reason }),
    });
  const operators = newReader(() => projected.untilOrStalled(journal.head));
  const mailboxes = newReader(() => projected.until(journal.head));
  const stopSigning = keepSigning(clock, (at) => writers.log.call("alive", [at]));
  const backups = new BackupMaker({ dataDir, clock, log, start: startBackup });
  const close = async (): Promise<void> => {
    stopSigning();
    await Promise.all([journal.close(), backups.close()]);
    // An unsigned end only means that the next start looks the log through.
    await sign(port, KIND.stopped, clock.now()).catch(() => {});
    // The readers last: their connections' closing is theirs, and a checkpoint of it would stand in the way.
    await writers.close();
    await Promise.all([operators.close(), mailboxes.close()]);
    lock.release();
  };
  try {
    await sign(port, KIND.started, clock.now());
    await Promise.all([operators.opened(), mailboxes.opened()]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    journal: deps.meter?.around(journal) ?? journal,
    ...readings(operators, mailboxes),
    quarantine: quarantineThrough(writers.log),
    backups,
    ...last,
    lag,
    check: () => checkFile(dataDir),
    close,
  };
}

function readings(
  operators: ReaderClient,
  mailboxes: ReaderClient,
): Pick<JournalHandle, "reads" | "mailboxReads" | "sending" | "owed" | "reconciling" | "audit"> {
  const [reads, mailboxReads] = [readsThrough(operators), readsThrough(mailboxes)];
  return {
    reads,
    mailboxReads,
    sending: reads,
    owed: mailboxReads,
    reconciling: reads,
    audit: reads,
  };
}

/** The way to the log's thread. */
function portTo(writers: Writers, meter: JournalMeter | undefined): CommitPort {
  const port = { commit: (batch: Batch) => commit(writers, batch) };
  return meter?.aroundPort(port) ?? port;
}

async function commit(writers: Writers, batch: Batch): Promise<BatchReply> {
  const reply = await writers.log.call<BatchReply>(
    "commit",
    [batch, writers.projected.applied],
    [batch.bytes.buffer],
  );
  if (reply.ok) writers.grown(reply.head);
  return reply;
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

const startBackup = (): ThreadClient =>
  new ThreadClient(
    startThread("journal/backup-thread.ts"),
    () => {},
    () => {},
  );

async function startReader(dataDir: string): Promise<ThreadClient> {
  const thread = new ThreadClient(
    startThread("journal/reader-thread.ts"),
    () => {},
    () => {},
  );
  await thread.call("open", [dataDir]);
  return thread;
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
