import type { Account } from "../../examples/bank/account.ts";
import { TOLD } from "../../src/cli/simulate/lives.ts";
import type { Server } from "../../test/support/executable.ts";
import type { ConnectionJson, EventJson } from "../../test/support/rows.ts";
import type { Truth } from "./provider.ts";

type BankEvent = EventJson & {
  readonly origin: "webhook" | "poll";
  readonly occurredAt: string | null;
  readonly receivedAt: string;
};

/** A sweep, or the poll of one connection. */
interface SweepJson {
  readonly connection: string | null;
}

/** What the operators' API says of the source. */
export interface Found {
  readonly accounts: ReadonlyMap<string, Account>;
  /** In the order of the journal. */
  readonly events: readonly BankEvent[];
  readonly sweeps: readonly SweepJson[];
}

export async function found(server: Server, source: string): Promise<Found> {
  const [connections, events, sweeps] = await Promise.all([
    server.list<ConnectionJson<Account>>(`/v1/connections?source=${source}`),
    server.list<BankEvent>(`/v1/events?source=${source}`),
    server.list<SweepJson>(`/v1/sweeps?source=${source}`),
  ]);
  return {
    accounts: new Map(connections.map(({ key, state }) => [key, state ?? {}])),
    events: events.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    sweeps,
  };
}

/** Connections whose state here is not what it is at the provider, one sentence each. */
export function stateFaults(truth: Truth, { accounts }: Found): string[] {
  return truth.connections.flatMap(({ token, state, history }) => {
    const account = accounts.get(token);
    const [now, known] = [state, account?.gone ? null : (account?.known ?? null)];
    // One that was never a connection is known by its public token, if at all.
    if (history.every((each) => each.state === null)) return [];
    if (Bun.deepEquals(now, known)) return [];
    const said = known === null ? "nothing" : `${known.status} of ${known.updatedAt}`;
    return [
      `${token} is ${now === null ? "gone" : `${now.status} of ${now.updatedAt}`}, and ${said} here`,
    ];
  });
}

/** What was not handled exactly once, in the order of the journal; and what never happened. */
export function handlingFaults(truth: Truth, { accounts, events }: Found): string[] {
  const faults: string[] = [];
  const own = Map.groupBy(events, ({ connection }) => connection ?? "");
  const histories = new Map(truth.connections.map((each) => [each.token, each.history]));
  for (const { id, status, error } of events)
    if (status !== "completed") faults.push(`${id} is ${status}: ${error?.message ?? "no reason"}`);
  for (const [key, { seen = [] }] of accounts) {
    const told = (own.get(key) ?? []).filter(isChange).map(({ type }) => type);
    const handled = seen.filter((mark) => !mark.startsWith("connection.hint"));
    if (handled.map((mark) => mark.split(" ")[0]).join() !== told.join())
      faults.push(`${key} handled ${handled.join(", ")}; the journal has ${told.join(", ")}`);
    for (const mark of repeated(handled)) faults.push(`${key} handled ${mark} twice`);
    for (const mark of backwards(handled)) faults.push(`${key} handled ${mark} after a later one`);
    const dates = new Set<unknown>(histories.get(key)?.map(({ state }) => state?.updatedAt));
    for (const mark of histories.has(key) ? handled : [])
      if (!dates.has(dateOf(mark))) faults.push(`${key} handled ${mark}, which never was`);
  }
  return faults;
}

const repeated = (marks: readonly string[]): string[] =>
  marks.filter((mark, place) => marks.indexOf(mark) !== place);

const dateOf = (mark: string | undefined): string => mark?.split(" ")[1] ?? "";

const backwards = (marks: readonly string[]): string[] =>
  marks.filter((mark, place) => dateOf(mark) < dateOf(marks[place - 1]));

/** A webhook that is only a hint is no change, and is settled as it comes. */
export const isChange = ({ type }: { readonly type: string }): boolean =>
  type !== "connection.hint";

export interface Tally {
  /** At the provider, of those that it tells: since the beginning. */
  readonly changes: number;
  /** Of them: handled as they were. A later one had overtaken the others before anybody could ask. */
  readonly seen: number;
  /** Events handled, by how they came to be known: that were so already, that a webhook hinted at, and the others. */
  readonly before: number;
  readonly byWebhook: number;
  readonly healed: number;
  /** How long the healed ones were missing, on average. */
  readonly missingMs: number;
}

/** `since`: when the play began, ISO 8601. */
export function tally(truth: Truth, since: string, { accounts, events }: Found): Tally {
  let [changes, seen] = [0, 0];
  for (const { token, history } of truth.connections) {
    const marks = new Set(accounts.get(token)?.seen?.map(dateOf));
    const told = history.filter(({ at, step }) => at >= since && TOLD.has(step));
    changes += told.length;
    seen += told.filter(({ state }) => marks.has(state?.updatedAt ?? "never")).length;
  }
  const derived = events.filter(isChange);
  const fresh = derived.filter(({ occurredAt }) => occurredAt === null || occurredAt >= since);
  const healed = fresh.filter(({ origin }) => origin === "poll");
  const missing = healed.flatMap(({ occurredAt, receivedAt }) =>
    occurredAt === null ? [] : [Date.parse(receivedAt) - Date.parse(occurredAt)],
  );
  return {
    changes,
    seen,
    before: derived.length - fresh.length,
    byWebhook: fresh.length - healed.length,
    healed: healed.length,
    missingMs: missing.reduce((sum, ms) => sum + ms, 0) / Math.max(1, missing.length),
  };
}
