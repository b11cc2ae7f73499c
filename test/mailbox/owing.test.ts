import { describe, expect, test } from "bun:test";
import { endpointId, type Fannable } from "../../src/journal/sending.ts";
import { owedBy, owing } from "../../src/mailbox/owing.ts";
import type { Settled } from "../../src/mailbox/run.ts";
import { MailboxWorld } from "../support/mailbox-world.ts";
import { loadedEvent } from "../support/memory-journal.ts";

const WAREHOUSE = endpointId("ep_warehouse");
const LEDGER = endpointId("ep_ledger");
const to = (choose: (event: Fannable) => boolean) => ({
  match: (event: Fannable) => (choose(event) ? [WAREHOUSE] : []),
});

function settled(world: MailboxWorld, changes: Partial<Settled> = {}) {
  const entry = world.journaled("ada");
  const event = loadedEvent(entry, entry.seq);
  const fact: Settled = {
    kind: "settled",
    at: 1,
    event: event.seq,
    position: event.seq,
    outcome: "completed",
    reason: null,
    error: null,
    state: null,
    emitted: [],
    attempt: 1,
    startedAt: 1,
    durationMs: 1,
    stale: false,
    ...changes,
  };
  return { event, fact };
}

describe("what a settling makes owed", () => {
  test("a completed event is owed to the endpoints that it matches, by what it is", () => {
    const { event, fact } = settled(new MailboxWorld());
    const seen: Fannable[] = [];
    const owed = owing(
      fact,
      event,
      to((one) => seen.push(one) > 0),
    );
    expect(owed.deliveries).toEqual([WAREHOUSE]);
    expect(seen[0]).toMatchObject({ source: "bank", connection: "ada", type: event.fact.type });
  });

  test.each(["skipped", "failed"] as const)("an event that is %s is owed to nobody", (outcome) => {
    const { event, fact } = settled(new MailboxWorld(), { outcome });
    expect(
      owing(
        fact,
        event,
        to(() => true),
      ).deliveries,
    ).toBeUndefined();
  });

  test("what was emitted is owed by its own type and data, also by a handler that skipped its event", () => {
    const emitted = [
      { type: "order.paid", id: null, data: '{"total":3}' },
      { type: "order.kept", id: null, data: "{}" },
    ];
    const { event, fact } = settled(new MailboxWorld(), { outcome: "skipped", emitted });
    const paid = to(
      ({ type, data }) => type === "order.paid" && Bun.deepEquals(data(), { total: 3 }),
    );
    const owed = owing(fact, event, paid);
    expect(owed.emitted).toEqual([{ ...emitted[0], deliveries: [WAREHOUSE] }, emitted[1]] as never);
    expect(owedBy(owed)).toEqual([WAREHOUSE]);
  });

  test("endpoints hear of it once each", () => {
    const emitted = [{ type: "a", id: null, data: "1", deliveries: [WAREHOUSE, LEDGER] }];
    const { fact } = settled(new MailboxWorld(), { emitted, deliveries: [WAREHOUSE] });
    expect(owedBy(fact)).toEqual([WAREHOUSE, LEDGER]);
  });

  test("nothing is owed by what matches nothing, and the fact stays as it is", () => {
    const { event, fact } = settled(new MailboxWorld());
    const owed = owing(
      fact,
      event,
      to(() => false),
    );
    expect(owed).toBe(fact);
    expect(owedBy(owed)).toEqual([]);
  });
});

test("sending hears of what is owed once it is journaled, with the settling naming it", async () => {
  const world = new MailboxWorld();
  const heard: unknown[] = [];
  world.fanOut = { match: () => [WAREHOUSE], owed: (ids) => void heard.push(ids) };
  const roster = world.newRoster();
  world.journaled("ada");
  roster.start();
  await world.clock.settle();
  expect(heard).toEqual([[WAREHOUSE]]);
});
