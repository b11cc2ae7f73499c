import type { Clock, Millis } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { startThread } from "../../base/self.ts";
import { Projected } from "../projected.ts";
import { ThreadClient } from "./rpc.ts";

export interface WritersDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** A thread died: what it was writing is in doubt. */
  died(reason: string): void;
  /** The projection's file cannot be read. */
  damaged(reason: string): void;
}

type IndexNotice =
  | { readonly applied: number }
  | { readonly stalled: true }
  | { readonly damaged: string };

export interface WritersOptions {
  readonly dataDir: string;
  /** Names a log that is new. */
  readonly identity: string;
  readonly run: number;
  readonly dedupeMs: number;
  readonly rebuild: boolean;
}

/** Entries gather for this long before the projection takes them: larger batches cost less an entry, ms. */
const GATHER_MS = 200;

/** How often somebody who waits for a long catching up looks at how far it is, ms. */
const LOOK_MS = 100;
const SAY_MS = 1_000;

/** The two threads that write: the log's, and the projection's behind it. */
export class Writers {
  readonly log: ThreadClient;
  readonly projected: Projected;
  readonly #index: ThreadClient;

  #head = 0;
  #telling = false;
  readonly #clock: Clock;

  constructor(clock: Clock, log: ThreadClient, index: ThreadClient, projected: Projected) {
    this.#clock = clock;
    this.log = log;
    this.#index = index;
    this.projected = projected;
  }

  /** The log now reaches to `head`: the projection follows in its own time. */
  grown(head: number): void {
    this.#head = Math.max(this.#head, head);
    if (this.#telling) return;
    this.#telling = true;
    // One message for many commits: under load a message each would cost more than what it says.
    this.#clock.after(GATHER_MS, () => {
      this.#telling = false;
      this.#reach(this.#head);
    });
  }

  /** Somebody waits for this place. */
  hurry(place: number): void {
    this.#head = Math.max(this.#head, place);
    this.#reach(this.#head);
  }

  #reach(head: number): void {
    // A thread that died is told of by itself.
    this.#index.call("reach", [head]).catch(() => {});
  }

  /** Closes the files, the log's last. */
  async close(): Promise<void> {
    await this.#index.call("close", []).catch(() => {});
    await this.log.call("close", []).catch(() => {});
    this.terminate();
  }

  terminate(): void {
    this.#index.terminate();
    this.log.terminate();
  }
}

export interface OpenedWriters {
  readonly writers: Writers;
  readonly head: number;
  readonly clean: boolean;
  readonly lastAliveAt: Millis | null;
}

/**
 * Opens both files and brings the projection up to the log, which nobody writes to yet, so that every
 * duplicate of the past can be seen. Rejects with what opening rejected with; nothing is left running then.
 */
export async function openWriters(
  options: WritersOptions,
  deps: WritersDeps,
): Promise<OpenedWriters> {
  const { dataDir, dedupeMs } = options;
  let projected: Projected | undefined;
  const fallen = Promise.withResolvers<never>();
  // While nobody waits for it, it is told in another way.
  fallen.promise.catch(() => {});
  let opening = true;
  const died = (reason: string): void => {
    if (opening) fallen.reject(new Error(`the journal cannot be opened: ${reason}`));
    else deps.died(reason);
  };
  const heard = (notice: IndexNotice): void => {
    if ("applied" in notice) projected?.reached(notice.applied);
    else if ("stalled" in notice) projected?.stall();
    else if (opening) died(`the projection is damaged (doctor --rebuild helps): ${notice.damaged}`);
    else deps.damaged(notice.damaged);
  };
  const log = new ThreadClient(
    startThread("journal/log-thread.ts"),
    () => {},
    (reason) => died(`log: ${reason}`),
  );
  const index = new ThreadClient(
    startThread("journal/index-thread.ts"),
    (notice) => heard(notice as IndexNotice),
    (reason) => died(`projection: ${reason}`),
  );
  try {
    const last = await log.call<Pick<OpenedWriters, "clean" | "lastAliveAt">>("open", [
      dataDir,
      options.identity,
    ]);
    const opened = await index.call<{ rebuilding: string | null; applied: number }>("open", [
      dataDir,
      options.rebuild,
    ]);
    if (opened.rebuilding !== null)
      deps.log.warn("the projection is made anew from the log", { reason: opened.rebuilding });
    projected = new Projected(deps.clock, opened.applied, (place) => writers.hurry(place));
    const writers = new Writers(deps.clock, log, index, projected);
    const { head } = await log.call<{ head: number }>("head", []);
    await Promise.race([catchUp(writers, head, deps), fallen.promise]);
    await log.call("begin", [dataDir, options.run, dedupeMs]);
    opening = false;
    return { writers, head, ...last };
  } catch (error) {
    log.terminate();
    index.terminate();
    throw error;
  }
}

async function catchUp(
  { projected }: Writers,
  head: number,
  { clock, log }: WritersDeps,
): Promise<void> {
  let said = clock.monotonic();
  while (projected.applied < head) {
    // It gives up waiting after a while; this loop does not.
    const reached = projected.until(head).catch(() => {});
    await Promise.race([reached, new Promise<void>((resolve) => clock.after(LOOK_MS, resolve))]);
    if (clock.monotonic() - said < SAY_MS) continue;
    said = clock.monotonic();
    log.info("bringing the projection up to the log", { applied: projected.applied, head });
  }
}
