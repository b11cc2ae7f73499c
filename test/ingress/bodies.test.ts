import { describe, expect, test } from "bun:test";
import { Receiving } from "../support/receiving.ts";
import { eventSettings, sourceSettings } from "../support/settings.ts";

const receiving = (event = eventSettings({ id: "/order/@id", type: "/order/kind" })): Receiving =>
  new Receiving([sourceSettings({ verify: { scheme: "none" }, event })]);

/** What was journaled, as far as names go. */
const named = (to: Receiving): unknown[] =>
  to.journal.intakes.flatMap(({ events }) =>
    events.map(({ dedupeKey, type, connection }) => [dedupeKey, type, connection]),
  );

describe("a body that is no JSON", () => {
  test.each(["application/xml", "text/xml; charset=utf-8", "application/soap+xml"])(
    "XML sent as %s is named by pointers into it",
    async (type) => {
      const to = receiving();
      const body = '<order id="7"><kind>order.paid</kind></order>';
      expect((await to.send("shop", body, { "content-type": type })).status).toBe(202);
      expect(named(to)).toEqual([["7", "order.paid", null]]);
    },
  );

  test("XML with a document type is a 400, and nothing is journaled", async () => {
    const to = receiving();
    const body = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>';
    const answer = await to.send("shop", body, { "content-type": "application/xml" });
    expect([answer.status, answer.code, named(to)]).toEqual([400, "malformed_body", []]);
    expect(answer.detail).toContain("document type");
  });

  test("each line of newline-delimited JSON is an event of its own, all or none", async () => {
    const lines = { "content-type": "application/x-ndjson" };
    const to = receiving(eventSettings({ id: "/id", connection: "/c" }));
    const answer = await to.send("shop", '{"id":1,"c":"a"}\n{"id":2,"c":"b"}\n', lines);
    expect(answer.events.length).toBe(2);
    expect(named(to)).toEqual([
      ["1", "event", "a"],
      ["2", "event", "b"],
    ]);
    const broken = await to.send("shop", '{"id":3}\n{"id":', lines);
    expect([broken.code, named(to).length]).toEqual(["malformed_body", 2]);
  });

  test("the fields of a multipart form are named like those of any form", async () => {
    const form = new FormData();
    form.append("id", "m1");
    form.append("file", new Blob(["x"]), "a.txt");
    const sent = new Response(form);
    const type = sent.headers.get("content-type") ?? "multipart/form-data; boundary=any";
    const to = receiving(eventSettings({ id: "/id" }));
    const answer = await to.send("shop", await sent.arrayBuffer(), {
      "content-type": type,
    });
    expect([answer.status, named(to)]).toEqual([202, [["m1", "event", null]]]);
  });
});
