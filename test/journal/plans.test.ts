import type { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { seq } from "../../src/base/ids.ts";
import { openReads } from "../../src/journal/reads/reader.ts";
import { endpointId } from "../../src/journal/sending.ts";
import { event, intake } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";
import { SimClock } from "../support/sim-clock.ts";

const folders = new Folders();
afterAll(() => folders.remove());
type All = ReturnType<typeof openReads>;
const page = { limit: 5, cursor: null };
const shop = endpointId("ep_shop");
const stored = { name: "", origin: "api", definition: "{}", sealed: null, createdAt: 1 } as const;
const ref = { source: "s", key: "c" };

/** What SQLite does for every query on the projection that this read asks. */
function planOf(read: (reads: All) => unknown): string {
  const desk = new LogDesk(folders.make());
  desk.commit({ kind: "endpoint_put", at: 1, id: shop, endpoint: stored, by: "key_x" });
  const deliveries = [[shop], [shop]];
  desk.commit(intake([event("a", { connection: "c" }), "b"], { settled: true, deliveries }));
  desk.apply();
  const asked: string[] = [];
  const recording = {
    prepare: (sql: string) => {
      const statement = desk.index.prepare(sql);
      const note =
        <A extends unknown[], R>(ask: (...values: A) => R) =>
        (...values: A): R => {
          asked.push(sql);
          return ask.apply(statement, values);
        };
      return { all: note(statement.all), get: note(statement.get) };
    },
  } as unknown as Database;
  read(openReads(recording, desk.db, new SimClock()));
  const plans = [...new Set(asked)].map((sql) => {
    const numbered = (sql.match(/\?\d/g) ?? []).map((each) => Number(each.slice(1)));
    const bound = Array(Math.max(0, ...numbered) || (sql.match(/\?/g)?.length ?? 0)).fill(1);
    return desk.index
      .query<{ detail: string }, number[]>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...bound)
      .map((row) => row.detail)
      .join("\n");
  });
  return plans.join("\n");
}

const HOT: [string, (reads: All) => unknown, readonly string[]][] = [
  ["ready", (reads) => reads.ready(seq(0), 5), ["connections_ready", "work_alone"]],
  [
    "due",
    (reads) => reads.due(1, 5),
    ["connections_wake ", "connections_wake_since", "work_alone_due", "work_alone_since"],
  ],
  ["waiting", (reads) => reads.waiting(ref, seq(0), 5), ["work_connection"]],
  ["view", (reads) => reads.view([ref], 5), ["work_connection"]],
  ["failed", (reads) => reads.events({ status: "failed" }, page), ["events_failed"]],
  ["pending", (reads) => reads.events({ status: "pending" }, page), ["events_pending"]],
  ["skipped", (reads) => reads.events({ status: "skipped" }, page), ["events_skipped"]],
  [
    "a connection's events",
    (reads) => reads.events({ source: "s", connection: "c" }, page),
    ["events_connection"],
  ],
  [
    "owed",
    (reads) => reads.owed(shop, 1, seq(0), 5),
    ["deliveries_ready", "deliveries_due", "deliveries_since"],
  ],
  ["owed heads", (reads) => reads.owedHeads(shop, 1, seq(0), 5), ["deliveries_heads"]],
  ["unacked", (reads) => reads.unacked(shop, seq(0), 5), ["deliveries_ready"]],
  ["the next due", (reads) => reads.nextDue(shop), ["deliveries_due"]],
  [
    "an endpoint's deliveries",
    (reads) => reads.deliveries({ endpoint: shop }, page),
    ["deliveries_endpoint"],
  ],
  [
    "an endpoint's failed deliveries",
    (reads) => reads.failedDeliveries({ endpoint: shop }, seq(0), 5),
    ["deliveries_failed_endpoint"],
  ],
  ["failed deliveries", (reads) => reads.failedDeliveries({}, seq(0), 5), ["deliveries_failed"]],
  ["overdue", (reads) => reads.overdue("s", 1, 5), ["deadlines_by"]],
  ["the next deadline", (reads) => reads.nextDeadline("s"), ["deadlines_by"]],
  ["snapshot keys", (reads) => reads.snapshotKeys("s", "", 5), ["COVERING INDEX"]],
  ["a dedupe key", (reads) => reads.events({ q: "a" }, page), ["dedupe USING PRIMARY KEY"]],
];

test.each(HOT)("%s: an index leads to the rows, in order", (_, read, indexes) => {
  const plan = planOf(read);

  for (const index of indexes) expect(plan).toContain(index);
  expect(plan.match(/SCAN (d|deliveries|e|events|w|work|c|connections)\n/g)).toBeNull();
});

test("the newest events are read in the order of their places, without sorting", () => {
  const plan = planOf((reads) => reads.events({}, page));

  expect(plan).toContain("SEARCH e USING INTEGER PRIMARY KEY");
  expect(plan).not.toContain("TEMP B-TREE");
});
