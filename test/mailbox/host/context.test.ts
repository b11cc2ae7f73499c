import { afterAll, beforeAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import { errorCode } from "../../support/handlers/jobs.ts";
import { RealPool, stateOf } from "../../support/handlers/real-pool.ts";

/** What a handler is given and what becomes of what it does, through a real host. */
let world: RealPool;
beforeAll(async () => {
  world = new RealPool(1);
  await world.pool.start();
});
afterAll(() => world.pool.stop(1_000));

const NOTHING_CHANGED = { kind: "completed", state: null, emitted: [] };

test("a source without a handler completes, one that the configuration lacks does not", async () => {
  expect(await world.run("any", { source: "quiet" })).toEqual({
    ...NOTHING_CHANGED,
    kind: "completed",
  });
  expect(errorCode(await world.run("any", { source: "removed" }))).toBe("unknown_source");
});

test("an event is handed over as it came", async () => {
  const text = '{"id": 1.50, "ä": "\\ud83d"}';
  const outcome = await world.run("echo", {
    position: 8_001,
    bytes: new TextEncoder().encode(text),
    occurredAt: Date.UTC(2026, 0, 1),
    headers: [
      ["content-type", "application/json"],
      ["x-twice", "a"],
      ["x-twice", "b"],
    ],
  });

  expect(stateOf(outcome)).toEqual({
    id: "evt_8001",
    type: "echo",
    source: "crm",
    connection: "c1",
    origin: "webhook",
    headers: { "content-type": "application/json", "x-twice": "a, b" },
    data: { id: 1.5, ä: "\ud83d" },
    times: ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"],
    bytes: [...new TextEncoder().encode(text)],
    text,
  });
});

test("a form's payload is its fields, an item of a batch is JSON whatever its request was", async () => {
  const form = await world.run("echo", {
    bytes: new TextEncoder().encode("a=1&b=two"),
    headers: [["content-type", "application/x-www-form-urlencoded"]],
  });
  const item = await world.run("echo", {
    data: { n: 1 },
    range: [0, 7],
    headers: [["content-type", "text/plain"]],
  });

  expect(stateOf(form)).toMatchObject({ data: { a: "1", b: "two" } });
  expect(stateOf(item)).toMatchObject({ data: { n: 1 } });
});

test("a payload that cannot be read throws where the handler asks for it, and only then", async () => {
  const bytes = new TextEncoder().encode("{");

  expect(errorCode(await world.run("echo", { bytes }))).toBe("payload_unreadable");
  expect(await world.run("nothing", { bytes })).toEqual({ ...NOTHING_CHANGED, kind: "completed" });
});

test("state is kept when it has changed, and only then", async () => {
  const first = await world.run("count");
  const second = await world.run("count", { state: '{"count":1}' });
  const same = await world.run("slow", { data: { ms: 1 }, state: '{"count":1}' });

  expect([stateOf(first), stateOf(second)]).toEqual([{ count: 1 }, { count: 2 }]);
  expect(same).toEqual({ ...NOTHING_CHANGED, kind: "completed" });
});

test("state of an event without a connection is thrown away", async () => {
  expect(await world.run("count", { connection: null })).toEqual({
    ...NOTHING_CHANGED,
    kind: "completed",
  });
});

test("state that is too large or no JSON fails the attempt and says so", async () => {
  expect(errorCode(await world.run("state-too-large"))).toBe("state_too_large");
  expect(errorCode(await world.run("state-cyclic"))).toBe("state_not_serialisable");
});

test("a context can be taken apart, and says what is known of the run", async () => {
  const outcome = await world.run("facts", { stale: true, attempt: 3, connection: "c 9" });

  const facts = {
    stale: true,
    attempt: 3,
    source: "crm",
    connection: { source: "crm", key: "c 9" },
  };
  expect(stateOf(outcome)).toEqual({ facts });
  expect(outcome).toMatchObject({
    emitted: [{ type: "seen", id: "seen-1", data: JSON.stringify(facts) }],
  });
});

test("a verdict stands, also when the handler catches what ended it and throws something else", async () => {
  const outcome = await world.run("skips");

  expect(outcome).toEqual({
    kind: "skipped",
    reason: "not ours",
    state: '{"seen":true}',
    emitted: [{ type: "swallowed", id: null, data: "{}" }],
  });
});

test("a handler can ask for a later try, with a time that is understood", async () => {
  expect(await world.run("retries-later")).toMatchObject({ kind: "retry", afterMs: 90_000 });
  expect(errorCode(await world.run("retries-wrongly"))).toBe("retry_after_invalid");
});

test("a handler can give up", async () => {
  const reason = "the account is closed";
  expect(await world.run("fails")).toEqual({
    kind: "failed",
    reason,
    error: { code: "failed_by_handler", message: reason },
  });
});

test("each step is journaled once, in the order of its end, and gives back its JSON", async () => {
  const journaled: string[][] = [];
  const outcome = await world.run(
    "steps",
    {},
    async (name, result) => void journaled.push([name, result]),
  );

  expect(journaled.map(([name]) => name)).toEqual(["first", "nothing", "left", "right"]);
  expect(stateOf(outcome)).toEqual({
    first: { at: "1970-01-01T00:00:00.000Z", n: 1 },
    nothing: "undefined",
    left: "l",
    right: "r",
  });
});

test("a journaled step is not run again, and gives what it gave", async () => {
  const steps = [
    ["first", '{"kept":true}'],
    ["nothing", " null"],
    ["left", "1"],
    ["right", "null"],
  ] as const;
  const journaled: string[] = [];
  const outcome = await world.run(
    "steps",
    { steps, attempt: 2 },
    async (name) => void journaled.push(name),
  );

  expect(journaled).toEqual([]);
  expect(stateOf(outcome)).toEqual({
    first: { kept: true },
    nothing: "undefined",
    left: 1,
    right: null,
  });
});

test("a step that was journaled before its host died is not run again in the next", async () => {
  const journaled: string[] = [];
  const beside = world.busy(1, 400);
  const outcome = await world.run(
    "step-then-exit-once",
    {},
    async (_, result) => void journaled.push(result),
  );
  await beside;

  expect(journaled).toHaveLength(1);
  expect(stateOf(outcome)).toEqual({ pid: Number(journaled[0]) });
}, 20_000);

test("a step's name counts once in a run, its result must be JSON, and the journal may refuse it", async () => {
  const refused = world.run("steps", {}, () => Promise.reject(new Error("the disk is full")));

  expect(errorCode(await world.run("step-twice"))).toBe("step_name_repeated");
  expect(errorCode(await world.run("step-cyclic"))).toBe("step_not_serialisable");
  expect(await refused).toMatchObject({
    kind: "threw",
    error: { code: "step_not_journaled", message: "the disk is full" },
  });
});

test("a payload that does not fit its schema is invalid before the handler runs, and says where", async () => {
  const wrong = { amount: "12", customer: {} };
  const outcome = await world.run("invoice.paid", { source: "checked", data: wrong });

  expect(outcome.kind).toBe("invalid");
  expect(errorCode(outcome)).toBe("schema_invalid");
  expect("error" in outcome ? outcome.error.message.split("\n") : []).toEqual([
    "/amount: Expected integer, is string",
    "/customer/id: Expected required property, is absent",
    "/customer/id: Expected string, is absent",
  ]);
});

test("a payload that fits, or has no schema, reaches the handler; an unreadable one with a schema is invalid", async () => {
  const fits = await world.run("invoice.paid", {
    source: "checked",
    data: { amount: 1, customer: { id: "a" } },
  });
  const glob = await world.run("invoice.sent", { source: "checked", data: { id: "a" } });
  const none = await world.run("order.paid", { source: "checked", data: 1 });
  const unreadable = await world.run("invoice.sent", {
    source: "checked",
    bytes: new Uint8Array([0x7b]),
  });

  expect([fits, glob, none].map(stateOf)).toEqual([{ ran: true }, { ran: true }, { ran: true }]);
  expect([unreadable.kind, errorCode(unreadable)]).toEqual(["invalid", "payload_unreadable"]);
});

test("a pool whose configuration is faulty does not start and names the fault", async () => {
  const faulty = new RealPool(1, resolve(import.meta.dir, "no-such.config.ts"));

  const error = await faulty.pool.start().then(
    () => null,
    (reason: Error) => reason,
  );
  await faulty.pool.stop(100);

  expect(error?.name).toBe("HostsCannotStart");
  expect(error?.message).toContain("there is no such file");
});
