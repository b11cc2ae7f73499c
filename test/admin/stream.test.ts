import { expect, test } from "bun:test";
import { Feed } from "../../src/admin/stream/feed.ts";
import { matches } from "../../src/admin/stream/matches.ts";
import { Watch } from "../../src/admin/stream/watch.ts";
import { seq } from "../../src/base/ids.ts";
import type { EventFilter } from "../../src/journal/facts.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import { anEvent } from "../support/fake-reads.ts";
import { News } from "../support/news.ts";
import { SimClock } from "../support/sim-clock.ts";

function feedOf(news: News, clock: SimClock, filter: EventFilter = {}, from = 0) {
  const ended: number[] = [];
  const feed = new Feed(
    {
      clock,
      reads: news,
      watch: new Watch(clock, news),
      render: async (rows) => rows.map(({ id }) => JSON.stringify({ id })),
      ended: () => void ended.push(1),
    },
    filter,
    seq(from),
  );
  const reader = feed.stream().getReader();
  const next = async (): Promise<string> => {
    const { value, done } = await reader.read();
    return done ? "over" : new TextDecoder().decode(value);
  };
  return { feed, reader, next, ended };
}

/** What was started goes as far as it can without time. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Steps the clock until what is awaited comes. */
async function within<T>(clock: SimClock, wanted: Promise<T>, steps = 200): Promise<T> {
  let come = false;
  void wanted.finally(() => {
    come = true;
  });
  for (let step = 0; step < steps && !come; step++) {
    await turn();
    await clock.advance(200);
  }
  return wanted;
}

test("a stream that breaks gives its place back", async () => {
  const [news, clock] = [new News(), new SimClock()];
  news.add(anEvent(1));
  news.refusal = new Error("a fault of our own");
  const { next, ended } = feedOf(news, clock);
  await next();
  await expect(next()).rejects.toThrow("a fault of our own");
  expect(ended).toEqual([1]);
});

test("a stream begins where it is told to, with the place from which it can be resumed", async () => {
  const [news, clock] = [new News(), new SimClock()];
  news.add(anEvent(1), anEvent(2), anEvent(3));
  const { next } = feedOf(news, clock, {}, 1);
  expect(await next()).toBe("retry: 2000\nid: 1\n\n");
  expect(await next()).toBe(
    `id: 1\ndata: {"id":"${anEvent(2).id}"}\n\nid: 3\ndata: {"id":"${anEvent(3).id}"}\n\n`,
  );
});

test("whoever resumes from any message misses nothing that came after it", async () => {
  const [news, clock] = [new News(), new SimClock()];
  for (let place = 1; place <= 250; place++) news.add(anEvent(place));
  const { next } = feedOf(news, clock);
  await next();
  const pages = [await next(), await next(), await next()].join("");
  const seen = [...pages.matchAll(/id: (\d+)\ndata: \{"id":"(\w+)"\}/g)].map(([, id, event]) => ({
    id: Number(id),
    event: event ?? "",
  }));
  expect(seen.map(({ event }) => event)).toEqual(news.rows.map(({ id }) => id as string));
  for (const [place, { id }] of seen.entries()) expect(id).toBeLessThanOrEqual(place + 1);
});

test("what is new is told soon; while nothing is, that the stream lives", async () => {
  const [news, clock] = [new News(), new SimClock()];
  const { next } = feedOf(news, clock);
  await next();
  expect(await within(clock, next())).toBe(": still here\nid: 0\n\n");
  const told = next();
  news.add(anEvent(1));
  expect(await within(clock, told)).toContain(anEvent(1).id);
});

test("what the filter leaves out moves the place on without a message", async () => {
  const [news, clock] = [new News(), new SimClock()];
  news.add(
    anEvent(1, { source: "bank" }),
    anEvent(2, { source: "crm" }),
    anEvent(3, { source: "crm" }),
  );
  const { next } = feedOf(news, clock, { source: "bank" });
  await next();
  const first = await next();
  expect(first).toContain(anEvent(1).id);
  expect(first).not.toContain(anEvent(2).id);
  expect(await within(clock, next())).toContain("id: 3");
});

test("a journal that is busy is asked again, and nothing is lost", async () => {
  const [news, clock] = [new News(), new SimClock()];
  news.add(anEvent(1));
  news.refusal = new ReadRefused("behind", "not yet");
  const { next } = feedOf(news, clock);
  await next();
  const told = next();
  await turn();
  await clock.advance(200);
  news.refusal = null;
  expect(await within(clock, told)).toContain(anEvent(1).id);
});

test("a reader that takes nothing holds one page, and is cut in the end", async () => {
  const [news, clock] = [new News(), new SimClock()];
  for (let place = 1; place <= 1000; place++) news.add(anEvent(place));
  const { next, ended } = feedOf(news, clock);
  await next();
  await turn();
  const asked = news.asked;
  await clock.advance(29_000);
  await turn();
  expect(news.asked).toBe(asked);
  expect(ended).toEqual([]);
  await clock.advance(2_000);
  expect(ended).toEqual([1]);
  await expect(next().then(next)).rejects.toThrow();
});

test("a reader that goes is forgotten", async () => {
  const [news, clock] = [new News(), new SimClock()];
  const { next, reader, ended } = feedOf(news, clock);
  await next();
  await reader.cancel();
  expect(ended).toEqual([1]);
});

test("many idle streams ask the journal as often as one", async () => {
  const [news, clock] = [new News(), new SimClock()];
  const watch = new Watch(clock, news);
  const abort = new AbortController();
  const waits = Array.from({ length: 50 }, () => watch.news(seq(0), 15_000, abort.signal));
  const looks = 10;
  for (let look = 0; look < looks; look++) {
    await turn();
    await clock.advance(200);
  }
  await turn();
  expect(news.asked).toBeLessThanOrEqual(looks + 1);
  abort.abort();
  await within(clock, Promise.all(waits));
});

test.each([
  [{ source: "bank" }, true],
  [{ source: "crm" }, false],
  [{ connection: "c1" }, true],
  [{ connection: "c2" }, false],
  [{ type: "order.*" }, true],
  [{ type: "order" }, false],
  [{ status: "completed" }, false],
  [{ origin: "poll" }, false],
  [{ since: 1001 }, false],
  [{ until: 1000 }, false],
  [{ error: "BOOM" }, true],
  [{ error: "other" }, false],
  [{ q: "paid" }, true],
  [{ q: "nothing like it" }, false],
] as const)("a filter on a stream is that of a list: %j", (filter, wanted) => {
  const row = anEvent(1, {
    source: "bank",
    connection: "c1",
    type: "order.paid",
    status: "pending",
    origin: "webhook",
    receivedAt: 1000,
    error: { code: "threw", message: "boom" },
  });
  expect(matches(filter, row)).toBe(wanted);
});
