import type { ReconcileSettings } from "../../src/config/settings.ts";
import type { Posted } from "../../src/journal/journal.ts";
import { finlinkDifferences } from "../../src/providers/recovery/finlink-differences.ts";
import type { ReconcileSim } from "./reconcile-world.ts";

export class Violation extends Error {}

export const must = (holds: boolean, broken: () => string): void => {
  if (!holds) throw new Violation(broken());
};

/** Tries of one call, and the one that a session that is not taken costs. */
const TRIES_MAX = 5 + 1;
/** Failures in a row after which the provider is left alone, and how long at least in the end. */
const BREAKER_FAILURES = 10;
const REST_MS_LEAST = 30_000 * 0.75;

/** How the provider was treated: the policy's numbers, seen from the other end. */
export class Manners {
  readonly #reconcile: ReconcileSettings;
  readonly #tries = new Map<string, number>();
  #times: number[] = [];
  #awayTimes: number[] = [];
  calls = 0;
  /** Noted, and not thrown: what is in the middle of it would take it for a fault of the provider's. */
  readonly broken: string[] = [];

  constructor(reconcile: ReconcileSettings) {
    this.#reconcile = reconcile;
  }

  #must(holds: boolean, broken: () => string): void {
    if (!holds) this.broken.push(broken());
  }

  /** Counts begin anew with each life: it knows nothing of the calls of the one before. */
  born(): void {
    this.#times = [];
    this.#awayTimes = [];
  }

  called({ url, headers, method }: Request, at: number, away: boolean): void {
    // Logins have a pace of their own.
    if (method === "POST") return;
    this.calls++;
    const call = `${headers.get("x-client-trace-id")} ${url}`;
    const tries = (this.#tries.get(call) ?? 0) + 1;
    this.#tries.set(call, tries);
    // Whether a public token still waits is asked of the same list, once for each that a sweep misses.
    const asked = url.endsWith("/pending") ? 1 : tries;
    this.#must(asked <= TRIES_MAX, () => `${call} was asked ${tries} times`);
    const { perSecond, concurrency } = this.#reconcile;
    this.#times = this.#times.filter((time) => at - time < 10_000);
    this.#times.push(at);
    // A second's worth at once after a pause, and from then on no more than the pace; who has waited for
    // the session goes together.
    const most = 11 * perSecond + concurrency;
    this.#must(this.#times.length <= most, () => `${this.#times.length} calls in ten seconds`);
    if (!away) this.#awayTimes = [];
    else this.#awayTimes.push(at);
    const first = this.#awayTimes[0] ?? at;
    const rests = Math.ceil((at - first) / REST_MS_LEAST);
    const bearable = BREAKER_FAILURES + concurrency + rests;
    this.#must(
      this.#awayTimes.length <= bearable,
      () => `a provider that is away was asked too often`,
    );
  }
}

/** What was posted to mailboxes, in all lives. */
export class SentBook {
  readonly #seen = new Set<number>();
  readonly twice: number[] = [];

  readonly post = (posted: readonly Posted[]): void => {
    for (const { seq } of posted) {
      if (this.#seen.has(seq)) this.twice.push(seq);
      this.#seen.add(seq);
    }
  };
}

/** Once faults are over: what is known is what is true, and each difference was told once. */
export function checkTruth(sim: ReconcileSim): void {
  const { violations } = sim.finlink.stats().sessions;
  must(violations === 0, () => `two held a session ${violations} times`);
  must(sim.manners.broken.length === 0, () => sim.manners.broken.join("; "));
  must(sim.sent.twice.length === 0, () => `posted twice: ${sim.sent.twice.join()}`);
  const { store } = sim;
  const told = new Map<string, { type: string; data: unknown }>();
  const differences = new Set<string>();
  for (const { type, connection, data } of toldBy(sim)) {
    const difference = `${connection} ${type} ${JSON.stringify(data)}`;
    must(!differences.has(difference), () => `told twice: ${difference}`);
    differences.add(difference);
    const before = told.get(connection)?.data;
    must(!isOlder(data, before), () => `told out of order: ${difference}`);
    told.set(connection, { type, data });
  }
  for (const { token, publicToken, state } of sim.finlink.world.histories()) {
    const [kept = null] = store.now.snapshots("bank", [token]);
    const known: unknown = kept === null ? null : JSON.parse(kept);
    must((known === null) === (state === null), () => `${token}: ${kept} is not the truth`);
    const open = finlinkDifferences(known, state);
    must(open.length === 0, () => `${token}: nobody has told of ${JSON.stringify(open)}`);
    const last = told.get(token);
    if (known !== null)
      must(Bun.deepEquals(last?.data, known), () => `${token}: its last event is another state`);
    else if (last !== undefined)
      must(last.type === "connection.deleted", () => `${token}: it is gone, and nobody was told`);
    const waits = sim.finlink.world.pending(null).some((each) => each.publicToken === publicToken);
    const [pending = null] = store.now.snapshots("bank", [publicToken]);
    must(waits === (pending !== null), () => `${publicToken}: whether it waits is not known`);
  }
  checkEnds(sim);
}

/** Who is gone does not come back: a token is never given twice. */
function checkEnds({ snapshots }: ReconcileSim): void {
  const gone = new Set<string>();
  for (const { key, snapshot } of snapshots) {
    if (snapshot === null) gone.add(key);
    else must(!gone.has(key), () => `${key} was gone and came back`);
  }
}

function isOlder(data: unknown, before: unknown): boolean {
  const [now, was] = [updatedAt(data), updatedAt(before)];
  return now !== null && was !== null && now < was;
}

function updatedAt(state: unknown): string | null {
  const { updatedAt: at } = (state ?? {}) as { readonly updatedAt?: string };
  return at ?? null;
}

/** Every event but the hints, oldest first. */
export function toldBy({ store }: ReconcileSim) {
  const told: { type: string; connection: string; dedupeKey: string; data: unknown }[] = [];
  let cursor: string | null = null;
  do {
    const page = store.now.events({}, { limit: 200, cursor });
    for (const { id, type, connection, dedupeKey } of page.rows) {
      if (type === "connection.hint") continue;
      const body = Buffer.from(store.now.event(id)?.body ?? []).toString();
      told.push({ type, connection: connection ?? "", dedupeKey, data: JSON.parse(body) });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return told.reverse();
}
