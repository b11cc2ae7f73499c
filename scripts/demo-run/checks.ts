import { type Ledger, note } from "../../examples/demo/ledger.ts";
import type { Server } from "../../test/support/executable.ts";
import { until } from "../../test/support/processes.ts";
import type { ConnectionJson, EventJson } from "../../test/support/rows.ts";
import type { Posting } from "./postings.ts";
import type { Sent } from "./senders.ts";

export interface Row {
  readonly source: string;
  readonly distinct: number;
  readonly handled: number;
  readonly connections: number;
  readonly alone: number;
  /** What is wrong, one sentence each. */
  readonly faults: readonly string[];
}

const SETTLED_MS_MAX = 60_000;

/** Waits until nothing is pending, then compares what was sent with what the operators' API says. */
export async function check(
  server: Server,
  postings: readonly Posting[],
  sent: Sent,
): Promise<Row[]> {
  // What is still pending after that is told event by event below.
  await until("no event is pending", SETTLED_MS_MAX, async () => {
    const page = await server.read<{ data: EventJson[] }>("/v1/events?status=pending&limit=1");
    return page.data.length === 0;
  }).catch((error: unknown) => console.log(String(error)));
  const sources = [...new Set(postings.map(({ source }) => source))];
  return Promise.all(sources.map((source) => checkSource(server, source, postings, sent)));
}

async function checkSource(
  server: Server,
  source: string,
  postings: readonly Posting[],
  sent: Sent,
): Promise<Row> {
  const expected = new Set(
    postings.filter((posting) => posting.source === source).flatMap(({ events }) => events),
  );
  const events = await server.list<EventJson>(`/v1/events?source=${source}`);
  const faults = [...compareKeys(expected, events), ...compareIds(source, events, sent)];
  for (const event of events) {
    if (event.status !== "completed")
      faults.push(`${event.id} is ${event.status}: ${event.error?.message ?? "no reason"}`);
  }
  const connections = Map.groupBy(
    events.filter((event) => event.connection !== null),
    (event) => event.connection ?? "",
  );
  let handled = 0;
  for (const [key, own] of connections) {
    const found = await server.read<ConnectionJson<Ledger>>(
      `/v1/connections/${source}/${encodeURIComponent(key)}`,
    );
    handled += found.state?.count ?? 0;
    faults.push(...compareState(key, own, found.state ?? {}));
  }
  const alone = events.filter(
    (event) => event.connection === null && event.status === "completed",
  ).length;
  if (handled + alone !== expected.size) {
    faults.push(`${source}: ${handled + alone} events were handled, ${expected.size} sent`);
  }
  return {
    source,
    distinct: expected.size,
    handled: handled + alone,
    connections: connections.size,
    alone,
    faults,
  };
}

/** Every distinct event is there once, and nothing else is. */
function compareKeys(expected: ReadonlySet<string>, events: readonly EventJson[]): string[] {
  const found = Map.groupBy(events, (event) => event.dedupeKey);
  return [
    ...[...expected].filter((key) => !found.has(key)).map((key) => `${key} is missing`),
    ...[...found]
      .filter(([, rows]) => rows.length > 1)
      .map(([key, rows]) => `${key} is there ${rows.length} times`),
    ...[...found.keys()].filter((key) => !expected.has(key)).map((key) => `${key} was never sent`),
  ];
}

/** What was acknowledged, before the kill or after it, is there under the id that the sender was given. */
function compareIds(source: string, events: readonly EventJson[], sent: Sent): string[] {
  const ids = new Map(events.map((event) => [`${source} ${event.dedupeKey}`, event.id]));
  return [...sent.ids]
    .filter(([key, id]) => key.startsWith(`${source} `) && ids.get(key) !== id)
    .map(([key, id]) => `${key} was acknowledged as ${id}, and is ${ids.get(key) ?? "not there"}`);
}

/** The connection's ledger is what one gets by handling its events once each, in the order of the journal. */
function compareState(key: string, events: readonly EventJson[], state: Ledger): string[] {
  const inOrder = events.map((event) => event.id).sort();
  const ledger = inOrder.reduce<Ledger>((before, id) => note(before, id), {});
  if (state.count !== ledger.count)
    return [`${key} handled ${state.count ?? 0} events of ${ledger.count ?? 0}`];
  return state.chain === ledger.chain
    ? []
    : [`${key} handled its ${ledger.count} events in another order than the journal's`];
}
