import { expect, test } from "bun:test";
import type { SourceSettings } from "../../src/config/settings.ts";
import { hint, onward, owing } from "../../src/ingress/onward.ts";
import { endpointId, type Fannable, type FanOut } from "../../src/journal/sending.ts";
import { event, intake } from "../support/intake.ts";
import { Receiving } from "../support/receiving.ts";
import { reconcileSettings } from "../support/reconcile-world.ts";
import { eventSettings, sourceSettings } from "../support/settings.ts";

const EP = endpointId("ep_1");

/** A bank of Finlink, whose webhooks are hints where it is reconciled. */
const bank = (given: Partial<SourceSettings>): SourceSettings =>
  sourceSettings({
    name: "bank",
    provider: "finlink",
    credentials: { clientId: "id", clientSecret: "secret" },
    baseUrl: "https://finlink.test",
    verify: null,
    ...given,
  });

const hintsOf = (given: Partial<SourceSettings>) =>
  new Receiving([bank(given)]).sources.find("bank")?.hints;

test("the webhooks of a source of states are hints only where its states are fetched", () => {
  const reconcile = reconcileSettings();
  expect(hintsOf({ reconcile })).toBe("only");
  expect(hintsOf({ reconcile: null })).toBe("no");
  expect(hintsOf({ reconcile, credentials: null })).toBe("no");
  expect(hintsOf({ reconcile: reconcileSettings({ list: true }) })).toBe("no");
});

test("a hint is told with its connection, also when it is a repetition", () => {
  const receiving = new Receiving([bank({ reconcile: reconcileSettings() })]);
  const source = receiving.sources.find("bank");
  if (source === null) throw new Error("no source");
  const arrived = intake([event("h1", { connection: "c" }), "h2"], { source: "bank" });
  hint(arrived, source, receiving);
  hint(arrived, source, receiving);
  expect(receiving.hints).toEqual([
    ["bank", "c"],
    ["bank", null],
    ["bank", "c"],
    ["bank", null],
  ]);
});

/** Endpoints that want what `wants` says; remembers what it was told of. */
function endpoints(wants: (event: Fannable) => boolean): FanOut & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    match: (event) => (wants(event) ? [EP] : []),
    owed: (ids) => void told.push(...ids),
  };
}

test("what nobody processes is owed to the endpoints that want it, and they are told once it is journaled", async () => {
  const receiving = new Receiving([
    sourceSettings({ handler: false, event: eventSettings({ items: "/items", id: "/id" }) }),
  ]);
  const fanOut = endpoints(({ data }) => (data() as { size: number }).size > 1);
  receiving.fanOut = fanOut;
  const batch = JSON.stringify({
    items: [
      { id: "a", size: 1 },
      { id: "b", size: 2 },
    ],
  });
  expect((await receiving.send("shop", batch)).status).toBe(202);
  expect(receiving.journal.intakes[0]?.deliveries).toEqual([[], [EP]]);
  expect(fanOut.told).toEqual([EP]);
  // A repetition is owed to nobody a second time.
  await receiving.send("shop", batch);
  expect(fanOut.told).toEqual([EP]);
});

test("what is refused by the journal is told to nobody", async () => {
  const receiving = new Receiving([sourceSettings({ handler: false })]);
  const fanOut = endpoints(() => true);
  receiving.fanOut = fanOut;
  receiving.journal.refuse("disk_full");
  expect((await receiving.send("shop", "{}")).status).toBe(503);
  expect(fanOut.told).toEqual([]);
});

test("what a handler processes is owed by whoever settles it", () => {
  const fanOut = endpoints(() => true);
  const payload = { body: new Uint8Array(), parsed: () => ({ ok: false }) };
  const pending = owing(intake(["a"], { settled: false }), payload, fanOut);
  expect(pending.deliveries).toBeUndefined();
  const posted: unknown[] = [];
  onward(pending, [], { post: (events) => void posted.push(events), fanOut });
  expect(posted).toHaveLength(1);
});
