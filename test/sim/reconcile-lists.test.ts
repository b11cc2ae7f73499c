import { describe, expect, test } from "bun:test";
import { LIST_CASES } from "../providers/recovery/list-cases.ts";
import { simulateListing } from "./reconcile-simulate.ts";

const SEEDS = 4;
/** HubSpot's journal is not the webhooks' other side: it has subscriptions and names of its own. */
const NAMES = LIST_CASES.map(({ name }) => name).filter((name) => name !== "hubspot");

describe.each(NAMES)("%s", (name) => {
  test("with a quarter of its webhooks lost and a quarter doubled, and a process that dies: each event is journaled once and posted once", async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const sim = await simulateListing(name, seed);
      const { byWebhook, healed } = sim.check();
      // Both ways had their part, and overlaps have listed what was there already.
      expect([byWebhook > 40, healed > 20, sim.webhooks.lost > 15]).toEqual([true, true, true]);
      expect(sim.deaths).toBeGreaterThan(2);
    }
  }, 60_000);
});
