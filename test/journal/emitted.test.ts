import { expect, test } from "bun:test";
import { eventId, type Seq, seq } from "../../src/base/ids.ts";
import type { Emitted, Fact } from "../../src/journal/facts.ts";
import { endpointId } from "../../src/journal/sending.ts";
import { InlineJournal } from "../support/inline-journal.ts";
import { event, intake, settledFact, T0 } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";
import { SimClock } from "../support/sim-clock.ts";

const ref = { source: "s", key: "one" };
const page = { limit: 10, cursor: null };
const said = (id: string | null, data = '{"n":1}', more: Partial<Emitted> = {}): Emitted => ({
  type: "order.ready",
  id,
  data,
  ...more,
});

class World {
  readonly clock = new SimClock();
  readonly real = new InlineJournal(this.clock, { stepSize: 3 });
  readonly reads = this.real.reads;

  async bring(...keys: string[]): Promise<Seq[]> {
    const told = this.real.journal.append(
      intake(keys.map((key) => event(key, { connection: "one" }))),
    );
    await this.clock.settle();
    return (await told).map((each) => each.seq);
  }

  async tell(...facts: Fact[]): Promise<Seq[]> {
    const told = facts.map((fact) => this.real.journal.record(fact));
    await this.clock.settle();
    return Promise.all(told);
  }
}

test("what a handler emits is an event of its own, read like any other", async () => {
  const world = new World();
  const [a = seq(0)] = await world.bring("a");
  const emitted = [said("order-1"), said(null, '"ü"')];
  const [place = seq(0)] = await world.tell(settledFact(a, { emitted, at: T0 + 5 }));
  const [b] = await world.bring("b");
  expect(b).toBe(seq(place + 3));

  const detail = await world.reads.event(eventId(seq(place + 1), 1));
  expect(detail).toMatchObject({
    source: "s",
    connection: "one",
    type: "order.ready",
    status: "completed",
    origin: "emit",
    dedupeKey: "order-1",
    occurredAt: T0 + 5,
    receivedAt: T0 + 5,
    settledAt: T0 + 5,
    size: 7,
    request: { method: "EMIT", url: "", headers: [["content-type", "application/json"]] },
  });
  expect(Buffer.from(detail?.body ?? []).toString()).toBe('{"n":1}');
  const unnamed = eventId(seq(place + 2), 1);
  expect((await world.reads.event(unnamed))?.dedupeKey).toBe(unnamed);
  expect(Buffer.from((await world.reads.requestBody(unnamed)) ?? []).toString()).toBe('"ü"');
  const [out] = await world.reads.outgoing([seq(place + 2)]);
  expect(out).toMatchObject({
    source: "s",
    connection: "one",
    origin: "emit",
    type: "order.ready",
  });
  expect(out?.contentType).toBe("application/json");

  const { rows } = await world.reads.events({ source: "s", connection: "one" }, page);
  expect(rows.map((row) => row.seq as number)).toEqual([place + 3, place + 2, place + 1, a]);
  expect((await world.reads.events({ q: "order-1" }, page)).rows).toHaveLength(1);
  const changes = await world.reads.changes(seq(a), 10);
  expect(changes.rows.map((row) => row.seq as number)).toEqual([
    a,
    place + 1,
    place + 2,
    place + 3,
  ]);
});

test("what is emitted is counted, but is no sign of life of the provider and never work", async () => {
  const world = new World();
  const [a = seq(0)] = await world.bring("a");
  const fact = settledFact(a, { emitted: [said(null)], at: T0 + 5 });
  const [place = seq(0)] = await world.tell(fact);
  const own = seq(place + 1);
  await world.tell({ kind: "replayed", at: T0 + 6, events: [own], job: null, by: "key_x" });

  const [source] = await world.reads.sources();
  expect(source).toMatchObject({ received: 2, completed: 2, pending: 0, lastEventAt: T0 });
  const connection = await world.reads.connection(ref);
  expect(connection).toMatchObject({ events: 2, mailboxDepth: 0, lastEventAt: T0 });
  expect((await world.reads.event(eventId(own, 1)))?.status).toBe("completed");
  expect(await world.reads.load([{ event: own, position: own }])).toEqual([]);
});

test("an id makes one event of a source, within an entry, a batch and a life; a provider's id is another", async () => {
  const world = new World();
  const [a = seq(0), b = seq(0), c = seq(0)] = await world.bring("a", "b", "same");
  const first = settledFact(a, { emitted: [said("same"), said("same"), said(null)] });
  const [place = seq(0)] = await world.tell(first, settledFact(b, { emitted: [said("same")] }));
  await world.reads.sources();
  await world.tell(settledFact(c, { emitted: [said("same")] }));
  const answered = await world.bring("same");

  expect(answered).toEqual([c]);
  const { rows } = await world.reads.events({ origin: "emit" }, page);
  expect(rows.map((row) => row.seq as number)).toEqual([place + 3, place + 1]);
  expect(rows[1]?.duplicates).toBe(3);
});

test("an event that is emitted is owed to its endpoints, and a second of its id to nobody", async () => {
  const world = new World();
  const shop = endpointId("ep_shop");
  const endpoint = {
    name: "shop",
    origin: "api",
    definition: "{}",
    sealed: null,
    createdAt: T0,
  } as const;
  await world.tell({ kind: "endpoint_put", at: T0, id: shop, endpoint, by: "key_x" });
  const [a = seq(0), b = seq(0)] = await world.bring("a", "b");
  const emitted = [said("x", "1", { deliveries: [shop] })];
  const [place = seq(0)] = await world.tell(
    settledFact(a, { emitted }),
    settledFact(b, { emitted, deliveries: [shop] }),
  );

  const { deliveries } = await world.reads.owed(shop, T0, seq(0), 10);
  expect(deliveries.map((each) => each.event as number)).toEqual([place + 1, b]);
  expect(deliveries.map((each) => each.connection)).toEqual([ref, ref]);
});

test("entries of before emitted events had places are read as they were", async () => {
  const world = new World();
  const [a = seq(0)] = await world.bring("a");
  const old = settledFact(a, { emitted: [said("x")] });
  world.real.log.run(
    "INSERT INTO log (seq, kind, run, at_ms, width, fact) VALUES (?, 3, 1, ?, 1, ?)",
    [a + 1, T0, JSON.stringify(old)],
  );
  const again = new InlineJournal(world.clock, { log: world.real.log, run: 2 });
  const told = again.journal.append(intake(["b"]));
  await world.clock.settle();

  expect((await told)[0]?.seq).toBe(seq(a + 2));
  const { rows } = await again.reads.events({}, page);
  expect(rows.map((row) => [row.seq as number, row.status])).toEqual([
    [a + 2, "pending"],
    [a, "completed"],
  ]);
});

test("a commit that found no room forgets the ids that it brought", () => {
  const folders = new Folders();
  const log = new LogDesk(folders.make());
  log.commit(intake(["a"]));
  const pages = log.db.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count;
  log.db.run(`PRAGMA max_page_count = ${pages ?? 0}`);
  const big = settledFact(1, { emitted: [said("x"), said("y", `"${"b".repeat(70_000)}"`)] });
  expect(log.commit(big)).toEqual(["refused: disk_full"]);
  log.db.run("PRAGMA max_page_count = 100000");

  expect(log.commit(settledFact(1, { emitted: [said("x")] }))).toEqual(["at 2"]);
  const links = log.db.query<{ links: string | null }, []>("SELECT links FROM log WHERE kind = 3");
  expect(links.all()).toEqual([{ links: null }]);
  log.close();
  folders.remove();
});
