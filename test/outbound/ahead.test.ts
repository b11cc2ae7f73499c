import { describe, expect, test } from "bun:test";
import { eventId, type Seq, seq } from "../../src/base/ids.ts";
import type { Log } from "../../src/base/log.ts";
import { endpointId, type OutgoingEvent, type OwedDelivery } from "../../src/journal/sending.ts";
import { Alarm } from "../../src/outbound/alarm.ts";
import type { Endpoint } from "../../src/outbound/endpoint.ts";
import { Lines } from "../../src/outbound/lines.ts";
import { Loader } from "../../src/outbound/loader.ts";
import { Refill } from "../../src/outbound/refill.ts";
import { Shelf } from "../../src/outbound/shelf.ts";
import { Window } from "../../src/outbound/window.ts";
import { answer, endpointSettings, OutboundWorld } from "../support/outbound-world.ts";
import { SimClock } from "../support/sim-clock.ts";

const MIB = 2 ** 20;
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log } as never;

const delivery = (place: number, dueAt: number | null = null): OwedDelivery => ({
  event: seq(place),
  connection: null,
  made: seq(place),
  attempts: 0,
  createdAt: 0,
  dueAt,
  waitingSince: null,
  confirming: false,
});

const outgoing = (event: Seq, bytes: number): OutgoingEvent => ({
  id: eventId(event, 1),
  seq: event,
  source: "shop",
  connection: null,
  type: "order.created",
  origin: "webhook",
  occurredAt: null,
  receivedAt: 0,
  trace: null,
  body: new Uint8Array(bytes),
  contentType: "application/json",
});

/** A shelf before a disk of events of `bytes` each; `asked` are the readings it made. */
function shelfOf(bytes: number, budget = 64 * MIB) {
  const asked: Seq[][] = [];
  const disk = { broken: false };
  const outgoingOf = async (events: readonly Seq[]) => {
    asked.push([...events]);
    if (disk.broken) throw new Error("the disk is gone");
    return events.map((event) => outgoing(event, bytes));
  };
  const lines = new Lines(512, budget);
  const shelf = new Shelf({ loader: new Loader({ owed: { outgoing: outgoingOf }, log }), lines });
  return { shelf, asked, lines, disk };
}

const owed = (count: number): OwedDelivery[] =>
  Array.from({ length: count }, (_, place) => delivery(place + 1));

describe("events read ahead", () => {
  test("are read in one go, and handed out once each without being read again", async () => {
    const { shelf, asked } = shelfOf(1_024);
    const all = owed(3);
    shelf.ahead(all, 4);
    await new SimClock().settle();
    const [first] = all as [OwedDelivery];
    expect(shelf.take([first])).toMatchObject([{ delivery: first, event: { seq: first.event } }]);
    expect(asked).toEqual([[seq(1), seq(2), seq(3)]]);
    expect(await shelf.take([first])).toEqual([]);
  });

  test("are waited for while they are on their way", async () => {
    const { shelf, asked } = shelfOf(1_024);
    const all = owed(2);
    shelf.ahead(all, 4);
    shelf.fetch(all);
    expect(await shelf.take(all)).toHaveLength(2);
    expect(asked).toHaveLength(1);
  });

  test("hold no more bytes than an endpoint may, and are no more than their number", async () => {
    const { shelf, asked, lines } = shelfOf(600 * 1_024);
    const all = owed(50);
    shelf.fetch(all.slice(0, 1));
    await shelf.take(all.slice(0, 1));
    for (let pumps = 0; pumps < 5; pumps++) {
      shelf.ahead(all.slice(1), 40);
      await new SimClock().settle();
    }
    expect(asked.flat()).toHaveLength(2);
    expect(lines.room(1, 1)).toBe(1);
  });

  test("count among the bytes that all endpoints share, and give them back when they are cleared", async () => {
    const { shelf, lines } = shelfOf(1_024, 4 * 1_024);
    shelf.ahead(owed(4), 4);
    await new SimClock().settle();
    expect(lines.room(1, 1)).toBe(0);
    shelf.clear();
    expect(lines.room(1, 1)).toBe(1);
  });

  test("are not kept when they were cleared on their way", async () => {
    const { shelf, lines } = shelfOf(1_024, 1_024);
    shelf.ahead(owed(1), 4);
    shelf.clear();
    await new SimClock().settle();
    expect(lines.room(1, 1)).toBe(1);
  });

  test("that cannot be read are said to be so, and read when they are asked for again", async () => {
    const { shelf, disk } = shelfOf(1_024);
    const all = owed(1);
    disk.broken = true;
    shelf.fetch(all);
    expect(await shelf.take(all)).toBeNull();
    disk.broken = false;
    shelf.fetch(all);
    expect(await shelf.take(all)).toHaveLength(1);
  });
});

/** A refill before a backlog without an end; `from` are the places its readings began after. */
function refillOf(more: boolean) {
  const clock = new SimClock();
  const from: number[] = [];
  const window = new Window();
  const reads = {
    owed: async (_: unknown, now: number, after: Seq, limit: number) => {
      from.push(after);
      const waited = delivery(999, now);
      const rest = Array.from({ length: limit - 1 }, (_, place) => delivery(after + place + 1));
      return { deliveries: [waited, ...rest], more, upTo: seq(0) };
    },
    owedHeads: () => Promise.reject(new Error("not asked for")),
    nextDue: async () => null,
  };
  const alarm = new Alarm(clock, () => {});
  const refill = new Refill({ clock, log, owed: reads, window, alarm, filled() {} });
  const endpoint = { id: endpointId("ep_1"), settings: endpointSettings() } as Endpoint;
  const fill = async (): Promise<void> => {
    window.take(1_000);
    refill.fill(endpoint, 10, 10);
    await new SimClock().settle();
  };
  return { refill, from, fill };
}

describe("a backlog", () => {
  test("is read from where the last page ended, whatever waited for a time in it", async () => {
    const { from, fill } = refillOf(true);
    await fill();
    await fill();
    expect(from).toEqual([0, 9]);
  });

  test("is read from the first again when something may be owed anywhere, and goes on when it grew", async () => {
    const { refill, from, fill } = refillOf(true);
    await fill();
    refill.wanted("at the end");
    await fill();
    refill.wanted();
    await fill();
    expect(from).toEqual([0, 9, 0]);
  });

  test("that was read to its end is read from the first the next time", async () => {
    const { refill, from, fill } = refillOf(false);
    await fill();
    refill.wanted("at the end");
    await fill();
    expect(from).toEqual([0, 0]);
  });
});

test("what is sent again within a long backlog does not wait for its end", async () => {
  const world = await new OutboundWorld().start();
  const { id, url } = await world.endpoint("slow", { concurrency: 1 });
  world.http.on(url, () => answer(400));
  const first = await world.publish("order.first");
  await world.settled(world.outbound.sending.pause(id, null, "key_1"));
  for (let place = 0; place < 100; place++) await world.publish(`order.${place}`);
  const finish: (() => void)[] = [];
  world.http.on(url, () => new Promise((resolve) => finish.push(() => resolve(answer(200)))));
  await world.settled(world.outbound.sending.resume(id, "key_1"));
  const { id: delivery } = await world.delivery(first, id);
  await world.settled(world.outbound.sending.resend(delivery, "key_1"));
  for (let sent = 0; sent < 50; sent++) {
    finish.shift()?.();
    await world.clock.settle();
  }
  expect(await world.delivery(first, id)).toMatchObject({ status: "delivered" });
});
