import { describe, expect, test } from "bun:test";
import { parseEventId, seq } from "../../src/base/ids.ts";
import { deliveryId, endpointId } from "../../src/journal/sending.ts";
import { event, intake, settledFact, T0 } from "../support/intake.ts";
import { idOf, mail, SendingDesk, shop } from "../support/sending-desk.ts";

const first = { limit: 10, cursor: null };

describe("what is owed", () => {
  test("a completed event is owed to the endpoints that are there and not disabled, once each", async () => {
    const desk = new SendingDesk();
    await desk.put(shop, mail);
    await desk.tell({ kind: "endpoint_set", id: mail, status: "disabled", reason: "gone" });

    const [a = 0] = await desk.bring(["a"], [shop, mail, endpointId("ep_unknown")]);
    await desk.bring(["a"], [shop, mail]);

    expect(await desk.owed()).toEqual([a]);
    expect(await desk.owed(mail)).toEqual([]);
    expect(await desk.counts()).toEqual([1, 0, 0]);
    const { rows } = await desk.reads.deliveries({}, first);
    expect(rows.map(({ event: of, endpoint, status }) => [of, endpoint, status])).toEqual([
      [idOf(a), shop, "pending"],
    ]);
  });

  test("a handler's event is owed when it completes, and not when it fails or is skipped", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const answered = desk.real.journal.append(intake(["a", "b", "c"]));
    await desk.clock.settle();
    const [a = 0, b = 0, c = 0] = (await answered).map((each) => each.seq);
    await desk.tell(settledFact(c, { deliveries: [shop] }));
    await desk.tell(settledFact(a, { deliveries: [shop], outcome: "failed" }));
    await desk.tell(settledFact(b, { deliveries: [shop] }));

    // In the order in which they came to be owed: nobody who went past `c` misses `b`.
    expect(await desk.owed()).toEqual([c, b]);
    const [, last] = (await desk.reads.owed(shop, T0, seq(0), 10)).deliveries;
    expect(last?.event).toBe(seq(b));
    const later = await desk.reads.owed(shop, T0, last?.made ?? seq(0), 10);
    expect(later.deliveries).toEqual([]);
  });

  test("a failed try waits for its time, then comes before what was never tried, and is gone when delivered", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0, b = 0] = await desk.bring(["a", "b"], [shop]);
    const now = desk.clock.now();
    await desk.tried(a, {
      outcome: "retry",
      nextAt: now + 50,
      error: { code: "http", message: "500" },
    });

    expect(await desk.owed(shop, now)).toEqual([b]);
    expect(await desk.reads.nextDue(shop)).toBe(now + 50);
    expect(await desk.owed(shop, now + 50)).toEqual([a, b]);
    expect(await desk.owed(shop, now - 1)).toEqual([a, b]);
    expect((await desk.reads.endpoint(shop))?.failingSince).toBe(now);

    await desk.tried(a, { attempt: 2 });
    expect(await desk.owed(shop, now + 50)).toEqual([b]);
    expect(await desk.reads.nextDue(shop)).toBeNull();
    expect(await desk.counts()).toEqual([1, 1, 0]);
    expect((await desk.reads.endpoint(shop))?.failingSince).toBeNull();
    const detail = await desk.reads.delivery(deliveryId(idOf(a), shop));
    expect(detail?.attemptLog.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, "retry"],
      [2, "delivered"],
    ]);
  });

  test("in order of connections only the first unsettled one of each is handed out, and those without one", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0, b = 0] = await desk.bring(["a", "b"], [shop], { connection: "one" });
    const [c = 0] = await desk.bring(["c"], [shop], { connection: "two" });
    const [d = 0, e = 0] = await desk.bring(["d", "e"], [shop]);
    expect(await desk.heads()).toEqual([a, c, d, e]);

    await desk.tried(a, { outcome: "retry", nextAt: desk.clock.now() + 50 });
    expect(await desk.heads()).toEqual([c, d, e]);
    await desk.tried(a);
    expect(await desk.heads()).toEqual([b, c, d, e]);
    await desk.tell({ kind: "resent", deliveries: [{ event: seq(a), endpoint: shop }] });
    expect(await desk.heads()).toEqual([b, c, d, e]);
    await desk.tried(b, { outcome: "failed" });
    expect(await desk.heads()).toEqual([c, d, e, a]);
  });

  test("what is sent goes out as it came: its own bytes and their type", async () => {
    const desk = new SendingDesk();
    const answered = desk.real.journal.append(
      intake([event("a", { range: [1, 2] })], {
        body: Buffer.from("[{}]"),
        request: { method: "POST", url: "", peer: "", headers: [["content-type", "text/x"]] },
      }),
    );
    await desk.clock.settle();
    const [a] = await answered;
    const [out, none] = await desk.reads.outgoing([a?.seq ?? seq(0), seq(99)]);
    expect(Buffer.from(out?.body ?? []).toString()).toBe("{}");
    expect([out?.contentType, out?.type, none]).toEqual(["text/x", "t", null]);
  });
});

describe("what settles a delivery", () => {
  test("of an unknown or settled delivery a try changes nothing", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0] = await desk.bring(["a"], [shop]);
    await desk.tried(a, { outcome: "failed" });
    for (const place of [a, 77]) await desk.tried(place);
    await desk.tried(a, {}, mail);
    await desk.tell({ kind: "confirmed", delivery: { event: seq(a), endpoint: shop } });

    expect(await desk.counts()).toEqual([0, 0, 1]);
    expect(await desk.reads.failedDeliveries({ endpoint: shop }, seq(0), 5)).toEqual([
      { event: seq(a), endpoint: shop },
    ]);
  });

  test("accepted ones wait for their confirmation, which settles them, also before they were accepted", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0, b = 0] = await desk.bring(["a", "b"], [shop]);
    await desk.tried(a, { outcome: "confirming", nextAt: desk.clock.now() + 9 });
    const { rows } = await desk.reads.deliveries({ event: idOf(a) }, first);
    expect(rows.map((row) => [row.confirming, row.nextAttemptAt])).toEqual([
      [true, desk.clock.now() + 9],
    ]);
    for (const place of [a, b])
      await desk.tell({ kind: "confirmed", delivery: { event: seq(place), endpoint: shop } });
    expect(await desk.counts()).toEqual([0, 2, 0]);
  });

  test("an acknowledgement delivers everything before it in the queue, and nothing that became owed since", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const answered = desk.real.journal.append(intake(["late"]));
    await desk.clock.settle();
    const late = (await answered)[0]?.seq ?? seq(0);
    const [a = 0, b = 0, c = 0] = await desk.bring(["a", "b", "c"], [shop]);
    await desk.tell(settledFact(late, { deliveries: [shop] }));
    await desk.tell({ kind: "acked", endpoint: shop, upTo: seq(b) });

    expect(await desk.unacked()).toEqual([c, late]);
    expect(await desk.owed()).toEqual([c, late]);
    expect(await desk.counts()).toEqual([2, 2, 0]);
    expect([await desk.status(a), await desk.status(c)]).toEqual(["delivered", "pending"]);
    expect((await desk.reads.endpoint(shop))?.ackedUpTo).toBe(seq(b));
    await desk.tried(a, { outcome: "failed" });
    expect(await desk.counts()).toEqual([2, 2, 0]);

    await desk.tell({ kind: "sought", endpoint: shop, after: seq(a) });
    expect(await desk.unacked()).toEqual([b, c, late]);
    expect(await desk.counts()).toEqual([3, 1, 0]);
    await desk.tell({ kind: "sought", endpoint: shop, after: seq(0) });
    expect(await desk.counts()).toEqual([4, 0, 0]);
  });

  test("a removed endpoint's pending ones are cancelled; put again it is owed nothing, and no event twice", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0, b = 0] = await desk.bring(["a", "b"], [shop], { connection: "c" });
    await desk.tried(a);
    await desk.tell({ kind: "endpoint_removed", id: shop });
    expect(await desk.reads.endpoint(shop)).toBeNull();
    expect([await desk.status(a), await desk.status(b)]).toEqual(["delivered", "cancelled"]);
    expect((await desk.reads.deliveries({ status: "cancelled" }, first)).rows).toHaveLength(1);

    await desk.put(shop);
    await desk.tell({ kind: "replayed", events: [seq(a)], job: null });
    const position = (await desk.reads.event(idOf(a)))?.position ?? seq(0);
    await desk.tell(settledFact(a, { position, deliveries: [shop] }));
    expect([await desk.owed(), await desk.counts()]).toEqual([[], [0, 0, 0]]);

    await desk.tell({ kind: "resent", deliveries: [{ event: seq(b), endpoint: shop }] });
    expect([await desk.owed(), await desk.heads()]).toEqual([[b], [b]]);
    expect([await desk.counts(), await desk.status(b)]).toEqual([[1, 0, 0], "pending"]);
    expect((await desk.reads.deliveries({ endpoint: shop }, first)).rows).toHaveLength(2);
  });

  test("an event is sent to one endpoint on request, also if it was not owed; what is no event is not", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0] = await desk.bring(["a"], []);
    const deliveries = [a, 55].map((place) => ({ event: seq(place), endpoint: shop }));
    await desk.tell({ kind: "resent", deliveries });
    expect(await desk.owed()).toEqual([a]);
    await desk.tell({ kind: "delivery_cancelled", deliveries, reason: "no" });
    expect([await desk.owed(), await desk.status(a)]).toEqual([[], "cancelled"]);
  });

  test("the newest hundred tries of a delivery are kept", async () => {
    const desk = new SendingDesk();
    await desk.put(shop);
    const [a = 0] = await desk.bring(["a"], [shop]);
    for (let attempt = 1; attempt <= 120; attempt++)
      await desk.tried(a, { outcome: "retry", attempt, nextAt: desk.clock.now() });
    const kept = (await desk.reads.delivery(deliveryId(idOf(a), shop)))?.attemptLog ?? [];
    expect(kept.map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 21),
    );
    expect(parseEventId(idOf(a))?.seq).toBe(seq(a));
  });
});
