import { expect, test } from "bun:test";
import { deliver, inbox, sample } from "longstop/testing";
import config from "./longstop.config.ts";
import { subscriptionHandler } from "./subscriptions.ts";

const source = config.sources.payments;
const update = (plan: string, at: string) =>
  sample(source, "customer.subscription.updated", {
    at,
    data: { data: { object: { customer: "cus_1", status: "active", metadata: { plan } } } },
  });
const toBasic = update("basic", "2026-05-01T10:00:00Z");
const toGold = update("gold", "2026-05-01T10:00:01Z");

/** What customers may use, behind a service that is slow for some plans. */
function slowService(slow: string) {
  const plans: string[] = [];
  const grant = async (_customer: string, plan: string): Promise<void> => {
    for (let turn = 0; turn < (plan === slow ? 50 : 1); turn++)
      await new Promise((resolve) => setImmediate(resolve));
    plans.push(plan);
  };
  return { plans, onEvent: subscriptionHandler({ grant }) };
}

test("the race: handled side by side, a slow older update ends up on top of a newer one", async () => {
  const { plans, onEvent } = slowService("basic");
  await Promise.all([deliver(onEvent, toBasic), deliver(onEvent, toGold)]);
  expect(plans.at(-1)).toBe("basic"); // The customer pays for gold.
});

test("the race held: in one inbox they take turns, and the newest is the last word", async () => {
  const { plans, onEvent } = slowService("basic");
  const payments = inbox<{ plan?: string }>({ ...source, onEvent });
  await Promise.all([payments.receive(toBasic), payments.receive(toGold)]);
  expect(plans).toEqual(["basic", "gold"]);
  expect(payments.state("cus_1").plan).toBe("gold");
});

test("an older update that comes late is not applied", async () => {
  const { plans, onEvent } = slowService("none");
  const payments = inbox({ ...source, onEvent });
  await payments.receive(toGold);
  expect(await payments.receive(toBasic)).toMatchObject({ outcome: "skipped" });
  expect(plans).toEqual(["gold"]);
});

test("while the service is down nothing is kept as changed, and the next attempt does it", async () => {
  let down = true;
  const grant = async (): Promise<void> => {
    if (down) throw new Error("entitlements: 503");
  };
  const onEvent = subscriptionHandler({ grant });
  const first = await deliver({ ...source, onEvent }, toGold);
  expect(first).toMatchObject({ outcome: "retry", state: {}, emitted: [] });
  down = false;
  const second = await deliver({ ...source, onEvent }, toGold, { attempt: 2 });
  expect(second).toMatchObject({ outcome: "completed", state: { plan: "gold" } });
});
