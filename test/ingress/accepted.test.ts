import { describe, expect, test } from "bun:test";
import { Receiving } from "../support/receiving.ts";
import { eventSettings, sourceSettings } from "../support/settings.ts";

const open = sourceSettings({
  event: eventSettings({ id: "/id", type: "/type", connection: "/c" }),
});

describe("what is accepted", () => {
  test("is journaled before it is answered, and posted after", async () => {
    const receiving = new Receiving([open]);
    const answer = await receiving.send("shop", '{"id":"a","type":"made","c":"k"}');
    expect(answer.status).toBe(202);
    expect(answer.text).toBe(
      `{"status":"accepted","events":[{"id":"${answer.events[0]?.id}","duplicate":false}]}`,
    );
    const [intake] = receiving.journal.intakes;
    expect(intake).toMatchObject({ source: "shop", origin: "webhook", settled: false });
    expect(intake?.request).toEqual({
      method: "POST",
      url: "/in/shop",
      peer: "192.0.2.7",
      headers: [["content-type", "application/json"]],
    });
    expect(Buffer.from(intake?.body ?? []).toString()).toBe('{"id":"a","type":"made","c":"k"}');
    expect(receiving.posted).toMatchObject([
      {
        source: "shop",
        ref: { source: "shop", key: "k" },
        loaded: { fact: { type: "made" }, steps: [] },
      },
    ]);
  });

  test("is a duplicate the second time, with the first one's id, and is not posted again", async () => {
    const receiving = new Receiving([open]);
    const first = await receiving.send("shop", '{"id":"a"}');
    const second = await receiving.send("shop", '{"id":"a","other":1}');
    expect(second.status).toBe(202);
    expect(second.events).toEqual([{ id: first.events[0]?.id ?? "", duplicate: true }]);
    expect(receiving.posted.length).toBe(1);
  });

  test("is told apart by source", async () => {
    const receiving = new Receiving([open, { ...open, name: "shop-2" }]);
    await receiving.send("shop", '{"id":"a"}');
    expect((await receiving.send("shop-2", '{"id":"a"}')).events[0]?.duplicate).toBe(false);
  });

  test("goes to no mailbox when nobody processes it", async () => {
    const receiving = new Receiving([{ ...open, handler: false }]);
    await receiving.send("shop", '{"id":"a"}');
    expect(receiving.journal.intakes[0]?.settled).toBe(true);
    expect(receiving.posted).toEqual([]);
  });

  test("may be a batch: one intake, an answer for each event, duplicates within it too", async () => {
    const batch = { ...open, event: eventSettings({ items: "/e", id: "/id", connection: "/c" }) };
    const receiving = new Receiving([batch]);
    const answer = await receiving.send("shop", '{"e":[{"id":1,"c":"x"},{"id":2},{"id":1}]}');
    expect(answer.events.map((event) => event.duplicate)).toEqual([false, false, true]);
    expect(receiving.journal.intakes.length).toBe(1);
    expect(receiving.posted.map((each) => Buffer.from(each.loaded?.body ?? []).toString())).toEqual(
      ['{"id":1,"c":"x"}', '{"id":2}'],
    );
  });

  test("may be an empty batch: nothing to journal, nothing to try again", async () => {
    const receiving = new Receiving([{ ...open, event: eventSettings({ items: "" }) }]);
    const answer = await receiving.send("shop", "[]");
    expect([answer.status, answer.events.length]).toEqual([202, 0]);
    expect(receiving.journal.intakes).toEqual([]);
  });

  test("stays in memory for the mailbox only while it is small", async () => {
    const receiving = new Receiving([open]);
    await receiving.send("shop", JSON.stringify({ id: "small", pad: "x".repeat(60_000) }));
    await receiving.send("shop", JSON.stringify({ id: "large", pad: "x".repeat(70_000) }));
    expect(receiving.posted.map((each) => each.loaded === null)).toEqual([false, true]);
  });

  test("keeps a valid trace and drops a broken one", async () => {
    const receiving = new Receiving([open]);
    const valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const traces = [
      valid,
      valid.replace("0af7", "0AF7"),
      valid.replace(/-b.{15}/, `-${"0".repeat(16)}`),
      "x",
    ];
    for (const traceparent of traces) await receiving.send("shop", "{}", { traceparent });
    expect(receiving.journal.intakes.map((intake) => intake.trace)).toEqual([
      valid,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
