import { ReadRefused } from "../journal.ts";
import { isDamaged } from "../open.ts";
import type { AllReads } from "../reads/reader.ts";
import { type ThreadClient, ThreadError } from "./rpc.ts";

/** A thread that reads, as far as it is spoken to. */
export type ReaderThread = Pick<ThreadClient, "call" | "terminate">;

/** A read is tried again in a new thread this often before the one who asked is refused. */
const TRIES_MAX = 2;

export interface ReaderDeps {
  /** Starts a thread and opens its files. */
  start(): Promise<ReaderThread>;
  /** Resolves once the projection has what was acknowledged by now. Rejects with `ReadRefused`. */
  ready(): Promise<void>;
  /** A thread died and another took its place. */
  restarted(reason: string): void;
  /** A file cannot be read: SQLite found damage in it. */
  damaged(reason: string): void;
}

/**
 * Reads through a thread that may die: a read changes nothing, so it is simply asked again of the next
 * thread. What a read refuses is told; a query that ends thread after thread is refused as `slow`.
 */
export class ReaderClient {
  readonly #deps: ReaderDeps;
  #thread: Promise<ReaderThread>;
  #closed = false;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
    this.#thread = deps.start();
    // Its failure is told to whoever waits for `opened` or reads first.
    this.#thread.catch(() => {});
  }

  /** Rejects when the first thread cannot open the files. */
  async opened(): Promise<void> {
    await this.#thread;
  }

  async read(name: keyof AllReads, args: readonly unknown[]): Promise<unknown> {
    if (!NAMED_BEFORE.has(name)) await this.#deps.ready();
    for (let tries = 1; ; tries++) {
      const asked = this.#thread;
      try {
        return await (await asked).call("read", [name, args]);
      } catch (error) {
        if (!(error instanceof ThreadError)) throw error;
        if (error.kind === "ReadRefused") throw new ReadRefused(refusal(error.code), error.message);
        if (isDamaged(error)) this.#deps.damaged(error.message);
        if (error.kind !== "ThreadDead" || this.#closed) throw error;
        this.#replace(asked, error.message);
        if (tries === TRIES_MAX) throw new ReadRefused("slow", "The reading thread died of this.");
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const thread = await this.#thread.catch(() => null);
    thread?.terminate();
  }

  /** Only the first of those who saw it die starts the next. */
  #replace(dead: Promise<ReaderThread>, reason: string): void {
    if (this.#thread !== dead) return;
    this.#thread = this.#deps.start();
    this.#thread.catch(() => {});
    this.#deps.restarted(reason);
  }
}

const refusal = (code: string | null): ReadRefused["code"] =>
  code === "behind" || code === "bad_cursor" ? code : "slow";

/** What is asked for was named by an earlier reading of this thread, which waited: it is all there. */
const NAMED_BEFORE: ReadonlySet<keyof AllReads> = new Set(["outgoing"]);

const READ_NAMES = {
  events: 1,
  event: 1,
  requestBody: 1,
  count: 1,
  oldest: 1,
  changes: 1,
  connections: 1,
  connection: 1,
  jobs: 1,
  job: 1,
  runningJobs: 1,
  keys: 1,
  sources: 1,
  quarantine: 1,
  quarantineIds: 1,
  quarantined: 1,
  view: 1,
  waiting: 1,
  ready: 1,
  due: 1,
  load: 1,
  endpoints: 1,
  endpoint: 1,
  deliveries: 1,
  delivery: 1,
  failedDeliveries: 1,
  sweeps: 1,
  sweep: 1,
  healed: 1,
  reconcileState: 1,
  snapshots: 1,
  snapshotKeys: 1,
  overdue: 1,
  unexpected: 1,
  deadline: 1,
  nextDeadline: 1,
  audit: 1,
  endpointStates: 1,
  owed: 1,
  owedHeads: 1,
  nextDue: 1,
  outgoing: 1,
  unacked: 1,
} as const satisfies Record<keyof AllReads, 1>;

/** All reads, each asked of the client's thread. */
export function readsThrough(client: ReaderClient): AllReads {
  const names = Object.keys(READ_NAMES) as (keyof AllReads)[];
  const reads = names.map((name) => [
    name,
    (...args: readonly unknown[]) => client.read(name, args),
  ]);
  return Object.fromEntries(reads) as AllReads;
}
