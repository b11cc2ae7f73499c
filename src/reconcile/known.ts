import type { Millis } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { Turnstile } from "../base/turnstile.ts";
import type { Door } from "../ingress/split.ts";
import type { EventFact, Fact, Intake, RequestFact } from "../journal/facts.ts";
import type { ReconcileReads, SweepId } from "../journal/reconciling.ts";
import type { Difference, StateRecovery } from "../providers/recovery.ts";

export interface KnownDeps {
  readonly log: Log;
  readonly door: Pick<Door, "derive" | "enter">;
  readonly reads: Pick<ReconcileReads, "snapshots">;
}

/** What the provider said of one connection. */
export interface Told {
  readonly key: string;
  /** `null`: it does not know it. */
  readonly state: unknown;
}

/** How it came to be said. */
export interface Telling {
  readonly at: Millis;
  /** Which question it answers, by `Known.ask()`. */
  readonly asked: number;
  readonly request: RequestFact;
  readonly origin: "webhook" | "poll";
  readonly sweep: SweepId | null;
}

export interface Learned {
  /** Differences found. */
  readonly found: number;
  /** New events among them that count as healed by the telling's sweep: none when it names no sweep. */
  readonly recovered: number;
  /** Keys with a difference. */
  readonly changed: readonly string[];
  /** Answers that came too late: something newer was learned meanwhile. They have to be asked for again. */
  readonly crossed: readonly string[];
}

/** A state as it is kept, bytes of JSON. */
const STATE_BYTES_MAX = 1 * 2 ** 20;
/** Snapshots read at a time. */
const SLICE = 200;
/** One commit; what is different at one connection is never split. */
const BATCH_BYTES = 2 * 2 ** 20;
const BATCH_EVENTS = 300;

interface Batch {
  readonly intakes: Intake[];
  readonly snapshots: Fact[];
  bytes: number;
}

const emptyBatch = (): Batch => ({ intakes: [], snapshots: [], bytes: 0 });

/**
 * What is known of a source's connections: the last state of each, as a snapshot in the journal. A new
 * state becomes its differences, and the snapshot moves in the same commit as their events; a state
 * without a difference is not kept, so that the snapshot is always the state after the last event.
 *
 * Two answers may cross: a list that was asked for before a fetch can come after it, with the older state,
 * and would undo what the fetch has brought. So questions are numbered; an answer to an older question
 * than the one last learned from is not compared, and its connection is asked for once more. One
 * comparison runs at a time.
 */
export class Known {
  readonly #deps: KnownDeps;
  readonly #source: string;
  readonly #recovery: Pick<StateRecovery, "differences">;
  readonly #turnstile = new Turnstile();
  #questions = 0;
  /** Questions that are not answered yet, in order; what was learned is only remembered as long as an older one is open. */
  readonly #open = new Set<number>();
  readonly #learned = new Map<string, number>();

  constructor(deps: KnownDeps, source: string, recovery: Pick<StateRecovery, "differences">) {
    this.#deps = deps;
    this.#source = source;
    this.#recovery = recovery;
  }

  /** A question is about to be asked. It has to be `closed`. */
  ask(): number {
    this.#open.add(++this.#questions);
    return this.#questions;
  }

  /** All that it brought has been told, or it failed. */
  closed(question: number): void {
    this.#open.delete(question);
    const [oldest] = this.#open;
    if (oldest === undefined) return this.#learned.clear();
    for (const [key, by] of this.#learned) if (by <= oldest) this.#learned.delete(key);
  }

  /** Which of the keys are known. */
  async has(keys: readonly string[]): Promise<readonly boolean[]> {
    const kept = await this.#deps.reads.snapshots(this.#source, keys);
    return kept.map((snapshot) => snapshot !== null);
  }

  /**
   * Compares, and journals what is different, `facts` with the last of it (also when nothing is). Rejects
   * with `JournalRefused` or `ReadRefused`; then only what earlier commits of it have was learned.
   */
  learn(
    told: readonly Told[],
    telling: Telling,
    facts: (found: number) => readonly Fact[],
  ): Promise<Learned> {
    return this.#turnstile.run(() => this.#learn(told, telling, facts));
  }

  async #learn(
    told: readonly Told[],
    telling: Telling,
    facts: (found: number) => readonly Fact[],
  ): Promise<Learned> {
    const crossed = told.filter(({ key }) => (this.#learned.get(key) ?? 0) > telling.asked);
    const fresh = crossed.length === 0 ? told : told.filter((each) => !crossed.includes(each));
    const learned = { found: 0, recovered: 0, changed: [] as string[] };
    let batch = emptyBatch();
    for (let from = 0; from < fresh.length; from += SLICE) {
      const slice = fresh.slice(from, from + SLICE);
      const kept = await this.#deps.reads.snapshots(
        this.#source,
        slice.map(({ key }) => key),
      );
      for (const [index, each] of slice.entries()) {
        if (!this.#compare(each, kept[index] ?? null, telling, batch)) continue;
        learned.changed.push(each.key);
        if (batch.bytes < BATCH_BYTES && batch.intakes.length < BATCH_EVENTS) continue;
        learned.found += batch.intakes.length;
        learned.recovered += await this.#entered(batch, batch.snapshots, telling);
        this.#remember(learned.changed, telling);
        batch = emptyBatch();
      }
    }
    learned.found += batch.intakes.length;
    const last = [...batch.snapshots, ...facts(learned.found)];
    if (batch.intakes.length + last.length > 0)
      learned.recovered += await this.#entered(batch, last, telling);
    this.#remember(
      fresh.map(({ key }) => key),
      telling,
    );
    return { ...learned, crossed: crossed.map(({ key }) => key) };
  }

  #remember(keys: readonly string[], { asked }: Telling): void {
    for (const key of keys) this.#learned.set(key, asked);
  }

  /** How many are new and had been missing: what a hint led to, or the first look found, was not missed. */
  async #entered({ intakes }: Batch, facts: readonly Fact[], { sweep }: Telling): Promise<number> {
    const fresh = await this.#deps.door.enter(intakes, facts);
    return sweep === null ? 0 : fresh;
  }

  /** Whether something is different; then the batch has the events and the snapshot. */
  #compare({ key, state }: Told, kept: string | null, telling: Telling, batch: Batch): boolean {
    const before: unknown = kept === null ? null : JSON.parse(kept);
    const after: unknown = state ?? null;
    const gone = after === null && before !== null;
    const differences = this.#recovery.differences(before, after);
    if (differences.length === 0 && !gone) return false;
    const snapshot = after === null ? null : JSON.stringify(after);
    if (snapshot !== null && Buffer.byteLength(snapshot) > STATE_BYTES_MAX) {
      this.#unfit(key, `its state is larger than ${STATE_BYTES_MAX} bytes`);
      return false;
    }
    const source = this.#source;
    for (const difference of differences) {
      const data = JSON.stringify(difference.data ?? null);
      const intake = this.#deps.door.derive(source, eventOf(key, difference), data, telling);
      if (!intake.ok) this.#unfit(key, intake.error);
      else batch.intakes.push(intake.value);
      batch.bytes += data.length;
    }
    batch.snapshots.push({ kind: "snapshot", at: telling.at, source, key, snapshot });
    batch.bytes += snapshot?.length ?? 0;
    return true;
  }

  #unfit(connection: string, detail: string): void {
    this.#deps.log.warn("a connection's state cannot be kept", {
      source: this.#source,
      connection: connection.slice(0, 200),
      detail,
    });
  }
}

/** A key that is too long for what the journal keeps stays unique as its hash. */
const DEDUPE_KEY_BYTES_MAX = 512;

function eventOf(key: string, difference: Difference): EventFact {
  const { type, id, occurredAt, sequence, connection = key } = difference;
  const full = `${key}/${id}`;
  const dedupeKey =
    Buffer.byteLength(full) <= DEDUPE_KEY_BYTES_MAX
      ? full
      : `sha256:${Bun.SHA256.hash(full, "hex")}`;
  return { dedupeKey, type, connection, occurredAt, sequence, range: null };
}
