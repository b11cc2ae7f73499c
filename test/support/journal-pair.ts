import { expect } from "bun:test";
import { type Seq, seq } from "../../src/base/ids.ts";
import type { ConnectionRef, Fact, Intake } from "../../src/journal/facts.ts";
import { InlineJournal } from "./inline-journal.ts";
import { compareSending, endpointOf, sendingFact, sweepOf } from "./journal-pair-sending.ts";
import type { Step } from "./journal-steps.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { SimClock } from "./sim-clock.ts";

/** Connection 0 is none: its events stand alone. */
const refOf = (number: number): ConnectionRef => ({ source: "s", key: `c${number}` });
const REFS = [1, 2, 3, 4, 5, 6].map(refOf);

/** One run of the same steps through the real journal and through the ledger. */
export class Pair {
  readonly clock = new SimClock();
  readonly model = new MemoryJournal();
  readonly real: InlineJournal;
  readonly #stepSize: number;

  constructor(stepSize: number) {
    this.#stepSize = stepSize;
    this.real = new InlineJournal(this.clock, { stepSize });
  }

  async take(step: Step): Promise<void> {
    await this.clock.advance(1);
    if (step.do === "append") return this.#append(step);
    const fact = this.#fact(step);
    if (fact === null) return;
    const [expected, given] = await this.#both((journal) => journal.record(fact));
    expect(given).toBe(expected);
  }

  async #append(step: Extract<Step, { do: "append" }>): Promise<void> {
    const at = this.clock.now();
    const connection = step.connection === 0 ? null : refOf(step.connection).key;
    const events = step.keys.map((key) => ({
      dedupeKey: `k${key}`,
      type: "t",
      connection,
      occurredAt: at - key,
      sequence: null,
      range: null,
    }));
    const intake: Intake = {
      source: "s",
      origin: "webhook",
      at,
      events,
      request: { method: "POST", url: "/in/s", peer: "", headers: [] },
      body: new Uint8Array([123, 125]),
      settled: step.settled,
      deliveries: step.keys.map(() => step.owed.map(endpointOf)),
      ...(step.sweep === 0 ? {} : { sweep: sweepOf(step.sweep) }),
    };
    const [expected, given] = await this.#both((journal) => journal.append(intake));
    expect(given).toEqual([...expected]);
  }

  async #both<T>(
    ask: (journal: Pick<MemoryJournal, "append" | "record">) => Promise<T>,
  ): Promise<[T, T]> {
    const expected = await ask(this.model);
    const given = ask(this.real.journal as never);
    await this.clock.settle();
    return [expected, await given];
  }

  #fact(step: Exclude<Step, { do: "append" }>): Fact | null {
    const at = this.clock.now();
    const { ledger } = this.model;
    if (
      step.do === "endpoint" ||
      step.do === "try" ||
      step.do === "deliveries" ||
      step.do === "reconcile"
    )
      return sendingFact(step, ledger, at);
    if (step.do === "connection") {
      const connection = refOf(Math.max(1, step.connection));
      if (ledger.account(connection) === null) return null;
      const { kind } = step;
      if (kind === "paused") return { kind, at, connection, by: "key_x", reason: null };
      if (kind === "halted" || kind === "restarted")
        return { kind, at, connection, reason: "because" };
      return { kind, at, connection, by: "key_x" };
    }
    if (step.do === "replay") {
      const all = [...ledger.events.keys()];
      if (all.length === 0) return null;
      const events = [...new Set(step.picks.map((pick) => all[pick % all.length] ?? seq(0)))];
      return { kind: "replayed", at, events, job: null, by: "key_x" };
    }
    const work = [...ledger.work.values()];
    const entry = work[step.pick % Math.max(1, work.length)];
    if (entry === undefined) return null;
    const place = { at, event: entry.seq, position: entry.position };
    const attempt = entry.attempts + 1;
    const error = { code: "threw", message: "no" };
    if (step.do === "step") return { kind: "stepped", ...place, name: step.name, result: "1" };
    if (step.do === "attempt")
      return {
        kind: "attempted",
        ...place,
        attempt,
        error,
        startedAt: at,
        durationMs: 1,
        nextAt: at + step.waitMs,
        holds: step.holds,
        asked: step.asked,
      };
    return { ...place, ...settling(step, entry, at) };
  }

  async compare(): Promise<void> {
    this.real.catchUp(this.#stepSize);
    const { real, model } = this;
    expect(real.now.view(REFS, 3)).toEqual([...(await model.view(REFS, 3))]);
    expect(real.now.ready(seq(0), 100)).toEqual(plain(await model.ready(seq(0), 100)));
    for (const ms of [50, 0, -5, -20, -1_000]) {
      const now = this.clock.now() + ms;
      const [given, expected] = [real.now.due(now, 100), await model.due(now, 100)];
      // Of two that are due at the same time either may come first.
      expect(given.map(named).sort()).toEqual(expected.map(named).sort());
    }
    for (const ref of REFS)
      expect(real.now.waiting(ref, seq(2), 2)).toEqual(await model.waiting(ref, seq(2), 2));
    const pending = [...model.ledger.work.values()].map(({ seq: event, position }) => ({
      event,
      position,
    }));
    const loaded = real.now.load(pending).map(({ id, steps: kept }) => ({ id, steps: kept }));
    expect(loaded).toEqual(
      (await model.load(pending)).map(({ id, steps: kept }) => ({ id, steps: [...kept] })),
    );
    for (const entry of model.ledger.events.values()) this.#compareEvent(entry.seq);
    compareSending(real, model.ledger, this.clock.now());
  }

  #compareEvent(place: Seq): void {
    const entry = this.model.ledger.events.get(place);
    if (entry === undefined) return;
    const { status, attempts, settledAt, stale, error, reason, duplicates, replays, position } =
      entry;
    const row = this.real.now.event(entry.id);
    expect({
      status: row?.status,
      attempts: row?.attempts,
      settledAt: row?.settledAt,
      error: row?.error,
      reason: row?.reason,
      duplicates: row?.duplicates,
      replays: row?.replays,
      position: row?.position,
    }).toEqual({ status, attempts, settledAt, error, reason, duplicates, replays, position });
    if (status !== "pending") expect(row?.stale).toBe(stale);
    expect(row?.attemptLog.map((each) => [each.attempt, each.outcome])).toEqual(
      entry.log.map((each) => [each.attempt, each.outcome]),
    );
  }
}

const plain = <T>(value: T): T => structuredClone(value);
/** Units without the field that only a scan in order of readiness needs. */
const named = (unit: { kind: string; ref?: unknown; item?: unknown }): string =>
  JSON.stringify([unit.kind, unit.ref ?? unit.item]);

/** What settling says beside the place that it settles. */
function settling(
  step: Extract<Step, { do: "settle" }>,
  entry: { readonly attempts: number },
  at: number,
): Omit<Extract<Fact, { kind: "settled" }>, "event" | "position"> {
  const { outcome, state, stale } = step;
  return {
    kind: "settled",
    at,
    outcome,
    reason: outcome === "completed" ? null : "why",
    error: outcome === "failed" ? { code: "threw", message: "no" } : null,
    state,
    emitted: step.emits.map((id) => ({
      type: "e",
      id: id === 0 ? null : `e${id}`,
      data: `${id}`,
      deliveries: step.owed.map(endpointOf),
    })),
    deliveries: step.owed.map(endpointOf),
    attempt: entry.attempts + 1,
    startedAt: at,
    durationMs: 1,
    stale,
  };
}
