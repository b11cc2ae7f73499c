import { expect, test } from "bun:test";
import { STREAMS_MAX, STREAMS_OF_ONE_MAX } from "../../src/admin/stream/endpoints.ts";
import { systemClock } from "../../src/base/clock.ts";
import { adminDesk, FIXED_KEY, problemOf } from "../support/admin.ts";
import { anEvent } from "../support/fake-reads.ts";
import { News } from "../support/news.ts";

/** What was started goes as far as it can without time. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
      const refused = await desk.send("/v1/stream", { headers: { authorization } });
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
