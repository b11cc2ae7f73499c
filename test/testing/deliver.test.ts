import { expect, test } from "bun:test";
import { type Context, type Event, Type } from "../../src/config/define.ts";
import { deliver, testClock } from "../../src/testing/testing.ts";

interface Ledger {
  count?: number;
}

const count = (_event: Event, ctx: Context<Ledger>): void => {
  ctx.state.count = (ctx.state.count ?? 0) + 1;
};

const PAID = { type: "order.paid", data: { id: "o1", cents: 500 } };

test("a handler's state, steps and emitted events come back as the journal would keep them", async () => {
  const result = await deliver(
    async (event, ctx) => {
      const receipt = await ctx.step("receipt", () => ({ no: event.data.id, at: new Date(0) }));
      ctx.state.last = receipt.no;
      ctx.emit("receipt.made", { receipt }, { id: "r1" });
      ctx.log.info("made", { no: receipt.no });
    },
    PAID,
    { state: { earlier: 1 } },
  );
  expect(result).toMatchObject({
    outcome: "completed",
    reason: null,
    error: null,
    attempts: 1,
    state: { earlier: 1, last: "o1" },
    // Through JSON, as every later attempt will see it.
    steps: { receipt: { no: "o1", at: "1970-01-01T00:00:00.000Z" } },
    ran: ["receipt"],
    emitted: [{ type: "receipt.made", id: "r1", data: { receipt: { no: "o1" } } }],
    log: [{ level: "info", message: "made", fields: { no: "o1" } }],
    retryAfterMs: null,
  });
});

test("an event that stands alone keeps no state", async () => {
  const alone = await deliver(count, { ...PAID, connection: null });
  expect(alone.state).toEqual({});
  const connected = await deliver(count, PAID);
  expect(connected.state).toEqual({ count: 1 });
});

test("a handler that throws is tried again later, and nothing of what it did is kept but its steps", async () => {
  const result = await deliver(async (_event, ctx: Context<Ledger>) => {
    await ctx.step("first", () => 1);
    ctx.state.count = 9;
    ctx.emit("early", {});
    throw new TypeError("no such account");
  }, PAID);
  expect(result).toMatchObject({
    outcome: "retry",
    error: { code: "threw", message: "TypeError: no such account" },
    state: {},
    steps: { first: 1 },
    emitted: [],
  });
  expect(result.retryAfterMs).toBeWithin(0, 1001);
});

test("skip, fail and retry settle or wait as they say", async () => {
  const skipped = await deliver((_event, ctx) => ctx.skip("not ours"), PAID);
  expect(skipped).toMatchObject({ outcome: "skipped", reason: "not ours" });
  const failed = await deliver((_event, ctx) => ctx.fail("unknown plan"), PAID);
  expect(failed).toMatchObject({ outcome: "failed", reason: "unknown plan" });
  const asked = await deliver((_event, ctx) => ctx.retry({ after: "10m" }), PAID);
  expect(asked).toMatchObject({ outcome: "retry", retryAfterMs: 600_000, attempts: 1 });
});

test("a step that fails on demand fails the attempt; the next one runs it and not those before it", async () => {
  const handler = async (_event: Event, ctx: Context): Promise<void> => {
    await ctx.step("reserve", () => "r1");
    await ctx.step("charge", () => "c1");
  };
  const failures = { charge: [new Error("card service is down"), null] };
  const first = await deliver(handler, PAID, { failures });
  expect(first).toMatchObject({
    outcome: "retry",
    error: { message: "card service is down" },
    steps: { reserve: "r1" },
    ran: ["reserve", "charge"],
  });
  const second = await deliver(handler, PAID, { attempt: 2, steps: first.steps });
  expect(second).toMatchObject({ outcome: "completed", attempts: 2, ran: ["charge"] });
  // The same in one go.
  const settled = await deliver(handler, PAID, { failures, until: "settled" });
  expect(settled).toMatchObject({ outcome: "completed", attempts: 2 });
  expect(settled.ran).toEqual(["reserve", "charge", "charge"]);
});

test("a step that hangs ends with the handler's time, without waiting for it", async () => {
  const source = {
    provider: "custom",
    timeout: "2m",
    retry: ["1s"],
    onEvent: async (_event: Event, ctx: Context) => {
      await ctx.step("charge", () => 1);
    },
  };
  const once = await deliver(source, PAID, { failures: { charge: "hang" } });
  expect(once).toMatchObject({
    outcome: "retry",
    retryAfterMs: 1000,
    error: { code: "timeout", message: "The handler did not finish within 2 min." },
  });
  const always = await deliver(source, PAID, { failures: { charge: "hang" }, until: "settled" });
  expect(always).toMatchObject({
    outcome: "failed",
    attempts: 2,
    reason: "Gave up after 2 of 2 attempts.",
  });
});

test("time is up when the clock says so, and the signal has told the handler", async () => {
  const clock = testClock("2026-05-01T12:00:00Z");
  let reason = "";
  const running = deliver(
    (_event, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason.name;
          resolve("late");
        });
      }),
    PAID,
    { clock },
  );
  await clock.advance("29s");
  expect(reason).toBe("");
  await clock.advance("2s");
  await running;
  expect(reason).toBe("TimeoutError");
  expect(clock.now()).toEqual(new Date("2026-05-01T12:00:31Z"));
});

test("interrupted by the end of the process, an event waits as if it had not been tried", async () => {
  const pending = (_event: Event, { signal }: Context) =>
    new Promise<void>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const stopped = await deliver(pending, PAID, { interrupt: "shutdown" });
  expect(stopped).toMatchObject({ outcome: "interrupted", attempts: 0, error: null });
  const late = await deliver(pending, PAID, { interrupt: "timeout" });
  expect(late).toMatchObject({ outcome: "retry", attempts: 1, error: { code: "timeout" } });
});

test("a source's schemas, staleness and retries count", async () => {
  const source = {
    provider: "custom",
    onStale: "skip" as const,
    retry: { attempts: 2, jitter: "none" as const, base: "3s" },
    schemas: { "order.*": Type.Object({ cents: Type.Integer() }) },
    onEvent: () => {
      throw new Error("always");
    },
  };
  const invalid = await deliver(source, { type: "order.paid", data: { cents: "5" } });
  expect(invalid).toMatchObject({ outcome: "failed", error: { code: "schema_invalid" } });
  const stale = await deliver(source, PAID, { stale: true });
  expect(stale).toMatchObject({ outcome: "skipped", attempts: 0 });
  expect(await deliver(source, PAID)).toMatchObject({ outcome: "retry", retryAfterMs: 3000 });
  expect(await deliver(source, PAID, { attempt: 2 })).toMatchObject({ outcome: "failed" });
});

test("attempt, stale and the event's own names reach the handler", async () => {
  const seen: unknown[] = [];
  await deliver(
    (event, ctx) => {
      seen.push(event.connection, event.headers["x-a"], event.origin, ctx.attempt, ctx.stale);
    },
    { ...PAID, connection: "acct_1", headers: { "X-A": "1" }, origin: "poll" },
    { attempt: 3, stale: true },
  );
  expect(seen).toEqual(["acct_1", "1", "poll", 3, true]);
});

test("what is no JSON is refused as it would be in production", async () => {
  const unreadable = await deliver((event) => event.data, { type: "x", raw: "{" });
  expect(unreadable).toMatchObject({ outcome: "retry", error: { code: "payload_unreadable" } });
  const state = await deliver((_event, ctx) => {
    ctx.state = 1n;
  }, PAID);
  expect(state.error?.code).toBe("state_not_serialisable");
});

test("a mistake in the test itself is said at once, in words", async () => {
  const wrong = { provider: "custom", timeout: "soon" };
  expect(deliver(wrong, PAID)).rejects.toThrow("timeout");
  expect(deliver({} as never, PAID)).rejects.toThrow("a source of the configuration");
  expect(deliver(count, { type: "" })).rejects.toThrow("at least a type");
  expect(deliver(count, { ...PAID, occurredAt: "later" })).rejects.toThrow("is no time");
});

test("until it is settled, time passes between attempts, and asking for another one costs none", async () => {
  const clock = testClock("2026-05-01T12:00:00Z");
  const source = {
    provider: "custom",
    retry: ["1m"],
    onEvent: (_event: Event, ctx: Context) => {
      if (ctx.attempt <= 3) ctx.retry({ after: "10m" });
      if (ctx.attempt === 4) throw new Error("once");
    },
  };
  const result = await deliver(source, PAID, { clock, until: "settled" });
  expect(result).toMatchObject({ outcome: "completed", attempts: 5 });
  expect(clock.now()).toEqual(new Date("2026-05-01T12:31:00Z"));
});
