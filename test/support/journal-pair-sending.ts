import { expect } from "bun:test";
import type { Millis } from "../../src/base/clock.ts";
import { seq } from "../../src/base/ids.ts";
import type { Fact } from "../../src/journal/facts.ts";
import type { SweepId } from "../../src/journal/reconciling.ts";
import { deliveryId, type EndpointId, endpointId } from "../../src/journal/sending.ts";
import type { InlineJournal } from "./inline-journal.ts";
import type { Step } from "./journal-steps.ts";
import type { Ledger } from "./ledger.ts";
import type { Delivery, Endpoint } from "./ledger-sending.ts";

type Of<K extends Step["do"]> = Extract<Step, { do: K }>;

export const endpointOf = (number: number): EndpointId => endpointId(`ep_${number}`);
export const sweepOf = (number: number): SweepId => `swp_${number}` as SweepId;

/** A step of sending or reconciling as a fact; `null` when there is nothing that it could be about. */
export function sendingFact(
  step: Of<"endpoint"> | Of<"try"> | Of<"deliveries"> | Of<"reconcile">,
  ledger: Ledger,
  at: Millis,
): Fact | null {
  if (step.do === "endpoint") return endpointFact(step, at);
  if (step.do === "reconcile") return reconcileFact(step, at);
  const all = [...ledger.sending.endpoints.values()].flatMap((endpoint) =>
    [...endpoint.deliveries.values()].map((delivery) => ({ endpoint, delivery })),
  );
  if (step.do === "try") {
    const picked = all[step.pick % Math.max(1, all.length)];
    if (picked === undefined) return null;
    const delivery = { event: picked.delivery.event.seq, endpoint: picked.endpoint.id };
    if (step.outcome === "confirmed") return { kind: "confirmed", at, delivery };
    const ends = step.outcome === "delivered" || step.outcome === "failed";
    return {
      kind: "tried",
      at,
      delivery,
      attempt: picked.delivery.attempts + 1,
      outcome: step.outcome,
      nextAt: ends ? null : at + step.waitMs,
      startedAt: at,
      durationMs: 1,
      error: null,
      requestHeaders: [],
      reply: null,
    };
  }
  const events = [...ledger.events.keys()];
  const endpoint = endpointOf(step.endpoint);
  const picked = [...new Set(step.picks.map((pick) => events[pick % events.length] ?? seq(0)))];
  const first = picked[0] ?? seq(0);
  if (step.kind === "acked") return { kind: "acked", at, endpoint, upTo: first, by: "key_x" };
  if (step.kind === "sought") return { kind: "sought", at, endpoint, after: first, by: "key_x" };
  const deliveries = picked.map((event) => ({ event, endpoint }));
  return step.kind === "resent"
    ? { kind: "resent", at, deliveries, by: "key_x" }
    : { kind: "delivery_cancelled", at, deliveries, reason: "no", by: "key_x" };
}

function endpointFact(step: Of<"endpoint">, at: Millis): Fact {
  const id = endpointOf(step.endpoint);
  const by = "key_x";
  if (step.kind === "removed") return { kind: "endpoint_removed", at, id, by };
  if (step.kind !== "put")
    return { kind: "endpoint_set", at, id, status: step.kind, reason: null, by };
  const endpoint = {
    name: id,
    origin: "api",
    definition: "{}",
    sealed: null,
    createdAt: 1,
  } as const;
  return { kind: "endpoint_put", at, id, endpoint, by };
}

function reconcileFact(step: Of<"reconcile">, at: Millis): Fact {
  const [source, key] = ["s", `c${step.number}`];
  if (step.kind === "snapshot")
    return { kind: "snapshot", at, source, key, snapshot: step.gone ? null : `"${at}"` };
  if (step.kind === "expected") {
    const deadlines = [{ key, by: step.gone ? null : at + 5, misses: step.number }];
    return { kind: "expected", at, source, deadlines };
  }
  return {
    kind: "swept",
    at,
    source,
    sweep: sweepOf(step.number),
    why: "schedule",
    connection: null,
    phase: step.gone ? "done" : "page",
    cursor: `at ${at}`,
    startedAt: at,
    from: null,
    to: at,
    found: 1,
    calls: 1,
    error: null,
  };
}

/** Everything that is read of sending and reconciling, against the ledger. */
export function compareSending(real: InlineJournal, ledger: Ledger, now: Millis): void {
  for (const endpoint of ledger.sending.endpoints.values()) compareEndpoint(real, endpoint, now);
  const { rows } = real.now.sweeps({}, { limit: 100, cursor: null });
  expect(new Map(rows.map((row) => [row.id, [row.recovered, row.missingMsSum]]))).toEqual(
    new Map(
      [...ledger.reconciling.recovered].map(([id, { events, missingMs }]) => [
        id,
        [events, missingMs],
      ]),
    ),
  );
  expect(real.now.reconcileState("s").cursor).toBe(ledger.reconciling.cursors.get("s") ?? null);
  const { snapshots, deadlines } = ledger.reconciling;
  expect(real.now.snapshotKeys("s", "", 10)).toEqual([...snapshots.keys()].sort());
  for (const key of ["c1", "c2", "c3"]) {
    expect(real.now.snapshots("s", [key])).toEqual([snapshots.get(key) ?? null]);
    const expected = deadlines.get(key) ?? { by: null, misses: 0 };
    const given = real.now.deadline("s", key);
    expect(given?.by ?? null).toBe(expected.by);
    if (given !== null) expect(given.misses).toBe(expected.misses);
  }
}

function compareEndpoint(real: InlineJournal, endpoint: Endpoint, now: Millis): void {
  const all = [...endpoint.deliveries.values()];
  for (const delivery of all) {
    const { event, status, attempts, tries, confirming } = delivery;
    const row = real.now.delivery(deliveryId(event.id, endpoint.id));
    expect([row?.status, row?.attempts, row?.confirming]).toEqual([
      status,
      attempts,
      confirming && status === "pending",
    ]);
    expect(row?.attemptLog.length).toBe(tries);
  }
  const row = real.now.endpoint(endpoint.id);
  if (endpoint.removed) return expect(row).toBeNull();
  const of = (status: string): number =>
    all.filter((each) => each.life === endpoint.life && each.status === status).length;
  expect(row).toMatchObject({
    status: endpoint.status,
    failingSince: endpoint.failingSince,
    ackedUpTo: endpoint.ackedUpTo,
    pending: of("pending"),
    delivered: of("delivered"),
    failed: of("failed"),
  });
  compareQueue(real, endpoint, all, now);
}

function compareQueue(
  real: InlineJournal,
  endpoint: Endpoint,
  all: readonly Delivery[],
  now: Millis,
): void {
  const queue = all.filter(({ status }) => status === "pending").sort((a, b) => a.made - b.made);
  const seqs = (rows: readonly { event: number }[]): number[] => rows.map(({ event }) => event);
  const own = (rows: readonly Delivery[]): number[] => rows.map(({ event }) => event.seq);
  const after = seq(queue[0]?.made ?? 0);
  expect(seqs(real.now.unacked(endpoint.id, seq(0), 100).deliveries)).toEqual(own(queue));
  expect(seqs(real.now.unacked(endpoint.id, after, 100).deliveries)).toEqual(own(queue.slice(1)));
  const dues = queue.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
  expect(real.now.nextDue(endpoint.id)).toBe(dues.length === 0 ? null : Math.min(...dues));
  const firsts = queue.filter((each, index) => {
    const { connection } = each.event.fact;
    return (
      connection === null ||
      !queue.slice(0, index).some(({ event }) => event.fact.connection === connection)
    );
  });
  for (const at of [now, now + 50, now - 1_000]) {
    const could = ({ dueAt, waitingSince }: Delivery): boolean =>
      dueAt === null || dueAt <= at || (waitingSince ?? at) > at;
    const given = real.now.owed(endpoint.id, at, seq(0), 100).deliveries;
    expect(seqs(given).sort()).toEqual(own(queue.filter(could)).sort());
    const heads = real.now.owedHeads(endpoint.id, at, seq(0), 100).deliveries;
    expect(seqs(heads).sort()).toEqual(own(firsts.filter(could)).sort());
    const ready = given.filter(({ dueAt }) => dueAt === null);
    expect(seqs(ready)).toEqual(own(queue.filter(({ dueAt }) => dueAt === null)));
  }
}
