import { expect, test } from "bun:test";
import { STREAMS_MAX, STREAMS_OF_ONE_MAX } from "../../src/admin/stream/endpoints.ts";
import { Feed } from "../../src/admin/stream/feed.ts";
import { matches } from "../../src/admin/stream/matches.ts";
import { Watch } from "../../src/admin/stream/watch.ts";
import { systemClock } from "../../src/base/clock.ts";
import { type Seq, seq } from "../../src/base/ids.ts";
import type { EventFilter } from "../../src/journal/facts.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import type { EventRow } from "../../src/journal/rows.ts";
import { adminDesk, FIXED_KEY, problemOf } from "../support/admin.ts";
import { anEvent } from "../support/fake-reads.ts";
import { SimClock } from "../support/sim-clock.ts";

/** A journal of one event an entry. */
class News {
  readonly rows: EventRow[] = [];
  refusal: Error | null = null;
  asked = 0;

  add(...rows: readonly EventRow[]): void {
    this.rows.push(...rows);
  }

  changes = async (after: Seq, limit: number): Promise<{ rows: EventRow[]; upTo: Seq }> => {
    this.asked++;
    if (this.refusal !== null) throw this.refusal;
    const behind = this.rows.filter((row) => row.seq > after);
    const rows = behind.slice(0, limit);
    const end = Math.max(after, this.rows.at(-1)?.seq ?? 0);
    return { rows, upTo: seq(rows.length < limit ? end : (rows.at(-1)?.seq ?? end)) };
  };
}

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

test("over a socket: headers, resuming, and a bound on how many there are", async () => {
  const desk = await adminDesk({}, systemClock);
  const news = new News();
  news.add(anEvent(1), anEvent(2));
  Object.assign(desk.reads, { changes: news.changes });
  desk.reads.rows = [];
  desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  const url = `http://127.0.0.1:${desk.app.server?.port}/v1/stream`;
  const headers = { authorization: `Bearer ${FIXED_KEY}` };
  const aborts: AbortController[] = [];
  const open = (more: Record<string, string> = {}) => {
    const abort = new AbortController();
    aborts.push(abort);
    return fetch(url, { headers: { ...headers, ...more }, signal: abort.signal });
  };
  try {
    const first = await open({ "last-event-id": "1" });
    expect(first.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(first.headers.get("cache-control")).toBe("no-store");
    const reader = first.body?.getReader();
    let text = "";
    while (!text.includes(anEvent(2).id))
      text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).not.toContain(anEvent(1).id);
    expect((await open({ "last-event-id": "x" })).status).toBe(400);
    const others: string[] = [];
    for (const name of ["a", "b"]) {
      const made = await desk.keys.create(name, ["read"], "test");
      if (made.ok) others.push(`Bearer ${made.value.secret}`);
    }
    const refusedTo = async (authorization: string): Promise<unknown[]> => {
      const refused = await open({ authorization });
      return [refused.status, (await problemOf(refused)).code];
    };
    for (let more = 1; more < STREAMS_OF_ONE_MAX; more++) expect((await open()).status).toBe(200);
    // One key cannot take them all.
    expect(await refusedTo(headers.authorization)).toEqual([503, "too_many_streams"]);
    for (let more = STREAMS_OF_ONE_MAX; more < STREAMS_MAX; more++) {
      const authorization = others[more < 2 * STREAMS_OF_ONE_MAX ? 0 : 1] ?? "";
      expect((await open({ authorization })).status).toBe(200);
    }
    expect(await refusedTo(others[1] ?? "")).toEqual([503, "too_many_streams"]);
    for (const abort of aborts) abort.abort();
    let freed = 503;
    for (let tries = 0; tries < 100 && freed !== 200; tries++) {
      await turn();
      freed = (await open()).status;
    }
    expect(freed).toBe(200);
  } finally {
    for (const abort of aborts) abort.abort();
    await desk.app.stop(true);
  }
}, 20_000);
