import { expect, test } from "bun:test";
import { presets } from "../../src/providers/index.ts";
import { deliver, inbox, sample } from "../../src/testing/testing.ts";

for (const preset of presets) {
  test(`every sample of ${preset.name} reaches a handler, named and readable`, async () => {
    for (const type of preset.sampleTypes) {
      const event = sample(preset.name, type);
      const result = await deliver(({ type, data }, ctx) => {
        ctx.emit("seen", { type, kind: typeof data });
      }, event);
      expect(result.error).toBeNull();
      expect(result.emitted).toEqual([
        { type: "seen", id: null, data: { type: event.type, kind: expect.any(String) } },
      ]);
    }
  });
}

test("data is merged into the sample, and the event is named by what came of it", () => {
  const before = sample("stripe", "invoice.paid");
  const event = sample("stripe", "invoice.paid", {
    id: "evt_1",
    at: "2026-03-01T00:00:00Z",
    data: { data: { object: { customer: "cus_9", amount_paid: 4200, currency: null } } },
  });
  expect(event).toMatchObject({
    id: "evt_1",
    connection: "cus_9",
    occurredAt: new Date("2026-03-01T00:00:00Z"),
  });
  expect(event.data.data.object).toMatchObject({ amount_paid: 4200 });
  expect(event.data.data.object).not.toHaveProperty("currency");
  expect(before.data.data.object).toHaveProperty("currency");
});

test("a source's own pointers name its events, also inside a batch", () => {
  const crm = {
    provider: "custom",
    event: { items: "/events", id: "/id", type: "/kind", connection: "/account/id" },
  };
  const event = sample(crm, "deal.won", { data: { account: { id: "a7" }, value: 3 } });
  expect(event).toMatchObject({ type: "deal.won", connection: "a7", data: { value: 3 } });
});

test("samples are one after the other in time and share no id", () => {
  const [one, two] = [sample("github", "push"), sample("stripe", "invoice.paid")];
  const three = sample("stripe", "invoice.paid");
  expect(new Set([one.id, two.id, three.id]).size).toBe(3);
  expect(Number(three.occurredAt)).toBeGreaterThan(Number(two.occurredAt));
});

test("an unknown provider or type is answered with those that there are", () => {
  expect(() => sample("strpie", "x")).toThrow('Did you mean "stripe"?');
  expect(() => sample("sns", "nothing")).toThrow("UnsubscribeConfirmation");
});

test("an inbox keeps state between events, takes turns and knows duplicates and stale ones", async () => {
  const order: string[] = [];
  const subject = inbox<{ plan?: string }>({
    provider: "custom",
    onStale: "skip",
    async onEvent(event, ctx) {
      order.push(`begin ${event.data.plan}`);
      await ctx.step("look", () => new Promise((resolve) => setImmediate(resolve)));
      ctx.state.plan = event.data.plan;
      order.push(`end ${event.data.plan}`);
    },
  });
  const at = (plan: string, occurredAt: string) => ({
    type: "plan.changed",
    id: plan,
    connection: "c1",
    occurredAt,
    data: { plan },
  });
  const received = await Promise.all([
    subject.receive(at("gold", "2026-01-02")),
    subject.receive(at("silver", "2026-01-01")),
    subject.receive(at("gold", "2026-01-02")),
    subject.receive(at("black", "2026-01-03")),
  ]);
  expect(received.map(({ outcome }) => outcome)).toEqual([
    "completed",
    "skipped",
    "duplicate",
    "completed",
  ]);
  expect(order).toEqual(["begin gold", "end gold", "begin black", "end black"]);
  expect(subject.state("c1")).toEqual({ plan: "black" });
  expect(subject.state("other")).toEqual({});
});

test("an event that fails for good does not hold up its followers in an inbox", async () => {
  const subject = inbox((event, ctx) => {
    if (event.type === "bad") ctx.fail("no");
    ctx.state.last = event.type;
  });
  expect(await subject.receive({ type: "bad" })).toMatchObject({ outcome: "failed" });
  expect(await subject.receive({ type: "good" })).toMatchObject({ outcome: "completed" });
  expect(subject.state("test")).toEqual({ last: "good" });
});
