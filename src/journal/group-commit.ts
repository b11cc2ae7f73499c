import type { Clock } from "../base/clock.ts";
import { eventId, type Seq, seq } from "../base/ids.ts";
import { LIMITS } from "../base/limits.ts";
import { invariant } from "../base/result.ts";
import { type Batch, type BatchReply, factEntry, intakeEntry, packBatch } from "./batch.ts";
import type { Appended, Fact, Intake } from "./facts.ts";
import { type Journal, JournalRefused } from "./journal.ts";
import { fitsOneBatch, type Waiting, weight } from "./waiting.ts";

/** Where batches go: the log's thread, or the writer itself in a test. */
export interface CommitPort {
  commit(batch: Batch): Promise<BatchReply>;
}

/** While the thread writes one batch the next is with it already: it never waits for this loop's turn. */
const UNDER_WAY_MAX = 2;
const FULL_DISK_REST_MS = 1_000;

/**
 * Group commit. Entries of one turn of the event loop, and all that come while a batch is being written,
 * go out as one batch: an idle server answers at once, and under load batches grow as large as the load
 * demands. Two are under way at most. Nobody is told yes before the commit; a failed commit fails
 * whoever was in it, and nobody who comes after.
 *
 * States: `open` → `full` (no room on the disk: refuses for a second, then lets the next batch try) → `open`;
 * `open` → `failing` (the log is in doubt; for ever) · `open` → `closed` (draining; for ever).
 */
export class GroupCommit implements Journal {
  readonly #port: CommitPort;
  readonly #clock: Clock;
  readonly #run: number;
  readonly #lag: () => number;
  readonly #onFailure: (detail: string) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #underWay = 0;
  #armed = false;
  #fullUntil: number | null = null;
  #ended: "failing" | "closed" | null = null;
  #idle: (() => void)[] = [];
  #head: Seq;

  constructor(deps: {
    port: CommitPort;
    clock: Clock;
    run: number;
    head: Seq;
    lag(): number;
    onFailure(detail: string): void;
  }) {
    this.#port = deps.port;
    this.#clock = deps.clock;
    this.#run = deps.run;
    this.#head = deps.head;
    this.#lag = deps.lag;
    this.#onFailure = deps.onFailure;
  }

  /** Everything up to here is committed and synced. */
  get head(): Seq {
    return this.#head;
  }

  append(intake: Intake): Promise<readonly Appended[]> {
    return new Promise((resolve, reject) => {
      const taken = (_seq: number, appended: Appended[]): void => resolve(appended);
      this.#enqueue([{ entry: intakeEntry(intake), rest: 0, taken, refused: reject }]);
    });
  }

  record(fact: Fact): Promise<Seq> {
    return new Promise((resolve, reject) => {
      const taken = (place: number): void => resolve(seq(place));
      this.#enqueue([{ entry: factEntry(fact), rest: 0, taken, refused: reject }]);
    });
  }

  appendTogether(
    intakes: readonly Intake[],
    facts: readonly Fact[],
  ): Promise<readonly (readonly Appended[])[]> {
    const entries = [...intakes.map(intakeEntry), ...facts.map(factEntry)];
    if (entries.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      invariant(fitsOneBatch(entries), "one transaction takes more than a batch may hold");
      const answers: Appended[][] = [];
      const last = entries.length - 1;
      this.#enqueue(
        entries.map((entry, index) => ({
          entry,
          rest: last - index,
          taken: (_seq, appended) => {
            if (index < intakes.length) answers.push(appended);
            if (index === last) resolve(answers);
          },
          refused: reject,
        })),
      );
    });
  }

  pressure(): JournalRefused["code"] | null {
    if (this.#ended !== null) return this.#ended;
    if (this.#fullUntil !== null && this.#clock.monotonic() < this.#fullUntil) return "disk_full";
    const overloaded =
      this.#waiting.length >= LIMITS.COMMIT_WAITING_MAX ||
      this.#waitingBytes >= LIMITS.COMMIT_WAITING_BYTES_MAX ||
      this.#lag() >= LIMITS.INDEX_LAG_ENTRIES_MAX;
    return overloaded ? "overloaded" : null;
  }

  /** Refuses what comes from now on; resolves when what came before is committed or refused. */
  close(): Promise<void> {
    this.#ended ??= "closed";
    return this.settled();
  }

  /** Resolves when nothing waits for commit. */
  settled(): Promise<void> {
    if (this.#waiting.length === 0 && this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The log's thread is gone: whether the batch under way was committed is unknown, so nobody is told yes. */
  fail(detail: string): void {
    if (this.#ended === "failing") return;
    this.#ended = "failing";
    this.#refuse(this.#waiting.splice(0), "failing", detail);
    this.#tellIdle();
    this.#onFailure(detail);
  }

  #enqueue(together: readonly Waiting[]): void {
    const refusal = this.pressure();
    // Settling goes on under overload: it is what ends it.
    const brings = (): boolean => together.some(({ entry }) => entry.hashes.length > 0);
    if (refusal !== null && (refusal !== "overloaded" || brings())) {
      this.#refuse(together, refusal, REFUSALS[refusal]);
      return;
    }
    for (const waiting of together) {
      this.#waiting.push(waiting);
      this.#waitingBytes += weight(waiting.entry);
    }
    this.#arm();
  }

  #arm(): void {
    if (this.#armed || this.#underWay >= UNDER_WAY_MAX || this.#waiting.length === 0) return;
    this.#armed = true;
    this.#clock.soon(() => {
      this.#armed = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#underWay >= UNDER_WAY_MAX || this.#waiting.length === 0) return;
    const taken = this.#take();
    this.#underWay++;
    this.#port.commit(packBatch(taken.map((waiting) => waiting.entry))).then(
      (reply) => this.#done(taken, reply),
      (error: unknown) => this.#done(taken, { ok: false, code: "failing", detail: String(error) }),
    );
  }

  /** As many as a batch may hold; what belongs together goes together. */
  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    let whole = 0;
    for (const { entry, rest } of this.#waiting) {
      bytes += weight(entry);
      if (whole > 0 && (count >= LIMITS.COMMIT_ENTRIES_MAX || bytes > LIMITS.COMMIT_BYTES_MAX))
        break;
      count++;
      if (rest === 0) whole = count;
    }
    const taken = this.#waiting.splice(0, whole);
    for (const { entry } of taken) this.#waitingBytes -= weight(entry);
    return taken;
  }

  #done(taken: readonly Waiting[], reply: BatchReply): void {
    this.#underWay--;
    if (reply.ok) {
      this.#fullUntil = null;
      this.#head = seq(reply.head);
      this.#answer(taken, reply.numbers);
    } else {
      this.#refuse(taken, reply.code, reply.detail);
      if (reply.code === "failing") this.fail(reply.detail);
      else this.#fullUntil = this.#clock.monotonic() + FULL_DISK_REST_MS;
    }
    this.#arm();
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#waiting.length > 0 || this.#underWay > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #answer(taken: readonly Waiting[], numbers: Float64Array): void {
    let figure = 0;
    for (const { entry, taken: tell } of taken) {
      const place = numbers[figure++] ?? 0;
      const appended: Appended[] = [];
      for (let index = 0; index < entry.hashes.length; index++) {
        const original = numbers[figure++] ?? 0;
        const duplicate = original !== 0;
        const at = seq(duplicate ? original : place + index);
        const run = duplicate ? (numbers[figure++] ?? 0) : this.#run;
        appended.push({ id: eventId(at, run), seq: at, duplicate });
      }
      tell(place, appended);
    }
  }

  #refuse(taken: readonly Waiting[], code: JournalRefused["code"], detail: string): void {
    for (const waiting of taken) {
      waiting.refused(new JournalRefused(code, detail));
    }
  }
}

const REFUSALS: Readonly<Record<JournalRefused["code"], string>> = {
  overloaded: "More is waiting to be written than the disk takes.",
  disk_full: "The disk has no room.",
  failing: "The journal's disk fails; the process is ending.",
  closed: "The server is shutting down.",
};
