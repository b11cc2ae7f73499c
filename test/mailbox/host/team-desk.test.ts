import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { RealPool } from "../../support/handlers/real-pool.ts";

const CONFIG = join(import.meta.dir, "../../support/handlers/reconciling.config.ts");
const world = new RealPool(1, CONFIG);
const never = new AbortController().signal;
const list = (source: string, signal: AbortSignal = never) =>
  world.pool.ask({ what: "list", source, since: 0, cursor: null }, signal);

beforeAll(() => world.pool.start());
afterAll(() => world.pool.stop(100));

test("a function of the team's answers what it is asked", async () => {
  const ask = { what: "list", source: "good", since: 86_400_000, cursor: "kept" } as const;
  expect(await world.pool.ask(ask, never)).toEqual({
    ok: true,
    value: {
      events: [{ since: "1970-01-02T00:00:00.000Z", cursor: "kept" }],
      cursor: "next",
    },
  });
  const fetch = { what: "fetch", source: "good", connection: "a/b" } as const;
  expect(await world.pool.ask(fetch, never)).toEqual({ ok: true, value: [{ connection: "a/b" }] });
});

test("one that throws, returns what is no JSON or returns nothing says so", async () => {
  expect(await list("throws")).toMatchObject({
    error: { code: "threw", message: "TypeError: no such bank" },
  });
  expect(await list("cyclic")).toMatchObject({ error: { code: "threw" } });
  expect(await list("silent")).toEqual({ ok: true, value: null });
});

test("one that nobody waits for any more hears of it", async () => {
  const stop = new AbortController();
  const asked = list("waits", stop.signal);
  await list("good");
  stop.abort();
  expect(await asked).toMatchObject({ error: { code: "aborted" } });
  await world.log.line(({ message }) => message.includes("left early"));
});

test("one that ends or blocks its process makes no handler suspicious, and the next question is answered", async () => {
  for (const source of ["exits", "loops"]) {
    expect(await list(source)).toMatchObject({ ok: false, error: { code: "unavailable" } });
    expect(await list("good")).toMatchObject({ ok: true });
  }
  expect(world.pool.health()).toMatchObject({ ready: 1, fault: null });
}, 20_000);
