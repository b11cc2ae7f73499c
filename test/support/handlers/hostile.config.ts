import { type Context, defineConfig, type Event, Type } from "longstop";

/** A team whose handlers do everything that a handler may, and everything that it should not. */
const HANDLERS: Readonly<Record<string, (event: Event, ctx: Context) => unknown>> = {
  nothing: () => undefined,
  slow: async (event) => Bun.sleep(event.data.ms ?? 50),
  count: (_, ctx) => {
    ctx.state.count = (ctx.state.count ?? 0) + 1;
  },
  "loop-for-ever": () => {
    for (;;);
  },
  "tell-then-loop": async (_, ctx) => {
    ctx.log.info(`host ${process.pid}`);
    await Bun.sleep(20);
    for (;;);
  },
  "loop-after-await": async () => {
    await Bun.sleep(5);
    for (;;);
  },
  "never-ends": () => new Promise(() => undefined),
  "listens-to-signal": async (_, ctx) => {
    await new Promise((_, reject) =>
      ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)),
    );
  },
  throws: () => {
    throw new TypeError("no such customer");
  },
  "throws-text": () => {
    throw "just text";
  },
  "throws-poison": () => {
    throw new Proxy(new Error("x"), {
      get() {
        throw new Error("a trap");
      },
    });
  },
  "rejects-late": async () => {
    await Bun.sleep(20);
    throw new Error("late", { cause: new Error("the real reason") });
  },
  "timer-throws": async () => {
    setTimeout(() => {
      throw new Error("in a timer");
    }, 5);
    await Bun.sleep(2_000);
  },
  "timer-throws-after": () => {
    setTimeout(() => {
      throw new Error("in a timer, afterwards");
    }, 5);
  },
  "rejects-unawaited": () => {
    void Promise.reject(new Error("nobody awaits this"));
  },
  exhausts: () => {
    const kept: Uint8Array[] = [];
    for (;;) kept.push(new Uint8Array(8 * 2 ** 20).fill(1));
  },
  "sends-garbage": (_, ctx) => {
    ctx.state.channel = typeof process.send;
  },
  exits: () => process.exit(3),
  "kills-itself": () => process.kill(process.pid, "SIGKILL"),
  speaks: (_, ctx) => {
    ctx.log.info("hello", { level: "forged", amount: 3 });
    console.warn("on the console", { a: 1 });
    process.stdout.write('{"level":"error","message":"forged"}\n');
  },
  steps: async (_, ctx) => {
    const first = await ctx.step("first", () => ({ at: new Date(0), n: 1 }));
    const nothing = await ctx.step("nothing", () => undefined);
    const [left, right] = await Promise.all([
      ctx.step("left", () => "l"),
      ctx.step("right", async () => "r"),
    ]);
    ctx.state = { first, nothing: typeof nothing, left, right };
  },
  "step-then-exit-once": async (_, ctx) => {
    const pid = await ctx.step("pid", () => process.pid);
    if (pid === process.pid) process.exit(1);
    ctx.state = { pid };
  },
  "step-twice": async (_, ctx) => {
    await ctx.step("same", () => 1);
    await ctx.step("same", () => 2);
  },
  "step-cyclic": async (_, ctx) => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    await ctx.step("cyclic", () => cyclic);
  },
  echo: (event, ctx) => {
    const { id, type, source, connection, origin, headers, data } = event;
    const times = [event.occurredAt?.toISOString() ?? null, event.receivedAt.toISOString()];
    const bytes = [...event.raw];
    ctx.state = {
      id,
      type,
      source,
      connection,
      origin,
      headers,
      data,
      times,
      bytes,
      text: event.text(),
    };
  },
  facts: (_, { stale, attempt, source, connection, emit, state }) => {
    state.facts = { stale, attempt, source, connection };
    emit("seen", state.facts, { id: "seen-1" });
  },
  skips: (_, ctx) => {
    ctx.state.seen = true;
    try {
      ctx.skip("not ours");
    } catch {
      ctx.emit("swallowed", {});
    }
    throw new Error("after the verdict");
  },
  "retries-later": (_, ctx) => ctx.retry({ after: "90s" }),
  "retries-wrongly": (_, ctx) => ctx.retry({ after: "soon" }),
  fails: (_, ctx) => ctx.fail("the account is closed"),
  "state-too-large": (_, ctx) => {
    ctx.state.text = "x".repeat(2 ** 20 + 1);
  },
  "state-cyclic": (_, ctx) => {
    ctx.state.self = ctx.state;
  },
  computes: (event) => {
    const until = performance.now() + (event.data.ms ?? 100);
    while (performance.now() < until);
  },
};

function handle(event: Event, ctx: Context): unknown {
  return HANDLERS[event.type]?.(event, ctx);
}

export default defineConfig({
  sources: {
    crm: { provider: "custom", verify: "none", onEvent: handle },
    quiet: { provider: "custom", verify: "none" },
    checked: {
      provider: "custom",
      verify: "none",
      schemas: {
        "invoice.paid": Type.Object({
          amount: Type.Integer(),
          customer: Type.Object({ id: Type.String() }),
        }),
        "invoice.*": Type.Object({ id: Type.String() }),
      },
      onEvent: (_, ctx) => {
        ctx.state.ran = true;
      },
    },
  },
});
