import { expect, test } from "bun:test";
import { STREAMS_MAX, STREAMS_OF_ONE_MAX } from "../../src/admin/stream/endpoints.ts";
import { systemClock } from "../../src/base/clock.ts";
import { adminDesk, FIXED_KEY, problemOf } from "../support/admin.ts";
import { anEvent } from "../support/fake-reads.ts";
import { News } from "../support/news.ts";

async function streaming() {
  const desk = await adminDesk({}, systemClock);
  const news = new News();
  news.add(anEvent(1), anEvent(2));
  Object.assign(desk.reads, { changes: news.changes });
  desk.reads.rows = [];
  return desk;
}

const authorization = `Bearer ${FIXED_KEY}`;

test("over a socket a stream resumes where it was", async () => {
  const desk = await streaming();
  desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
  const url = `http://127.0.0.1:${desk.app.server?.port}/v1/stream`;
  const abort = new AbortController();
  try {
    const headers = { authorization, "last-event-id": "1" };
    const first = await fetch(url, { headers, signal: abort.signal });
    expect(first.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(first.headers.get("cache-control")).toBe("no-store");
    const reader = first.body?.getReader();
    let text = "";
    while (!text.includes(anEvent(2).id))
      text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).not.toContain(anEvent(1).id);
  } finally {
    abort.abort();
    await desk.app.stop(true);
  }
}, 20_000);

test("streams are bounded, for each key and in all, and one that ends gives its place back", async () => {
  const desk = await streaming();
  const open = (key: string, more: Record<string, string> = {}) =>
    desk.send("/v1/stream", { headers: { authorization: key, ...more } });
  const refusedTo = async (key: string): Promise<unknown[]> => {
    const refused = await open(key);
    return [refused.status, (await problemOf(refused)).code];
  };
  expect((await open(authorization, { "last-event-id": "x" })).status).toBe(400);
  const others: string[] = [];
  for (const name of ["a", "b"]) {
    const made = await desk.keys.create(name, ["read"], "test");
    if (made.ok) others.push(`Bearer ${made.value.secret}`);
  }
  const [second = "", third = ""] = others;
  const opened: Response[] = [];
  const take = async (key: string): Promise<void> => {
    const response = await open(key);
    expect(response.status).toBe(200);
    opened.push(response);
  };
  for (let count = 0; count < STREAMS_OF_ONE_MAX; count++) await take(authorization);
  expect(await refusedTo(authorization)).toEqual([503, "too_many_streams"]);
  for (let count = STREAMS_OF_ONE_MAX; count < STREAMS_MAX; count++)
    await take(count < 2 * STREAMS_OF_ONE_MAX ? second : third);
  expect(await refusedTo(third)).toEqual([503, "too_many_streams"]);

  await opened.shift()?.body?.cancel();

  await take(authorization);
  expect(await refusedTo(authorization)).toEqual([503, "too_many_streams"]);
  for (const response of opened) await response.body?.cancel();
}, 20_000);
