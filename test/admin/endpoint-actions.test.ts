import { describe, expect, test } from "bun:test";
import { adminDesk } from "../support/admin.ts";
import { SHOP } from "../support/fake-outgoing.ts";
import { anEvent } from "../support/fake-reads.ts";

describe("what an operator does", () => {
  test.each([
    ["enable", [SHOP, "key_environment"]],
    ["disable", [SHOP, "why", "key_environment"]],
    ["pause", [SHOP, "why", "key_environment"]],
    ["resume", [SHOP, "key_environment"]],
  ])("%s reaches sending with whose key it was", async (verb, args) => {
    const desk = await adminDesk();
    const answer = await desk.call("POST", `/v1/endpoints/shop/${verb}`, { reason: "why" });
    expect([answer.status, await answer.json()]).toEqual([200, { status: "accepted" }]);
    expect(desk.outgoing.calls).toEqual([[verb, ...args]]);
  });

  test("a rotated secret is shown once; both sign for a day unless said otherwise", async () => {
    const desk = await adminDesk();
    const answer = await desk.call("POST", "/v1/endpoints/shop/rotate-secret");
    expect(await answer.json()).toEqual({
      secret: "whsec_next",
      previousUntil: "2026-03-01T08:30:00.000Z",
    });
    await desk.call("POST", "/v1/endpoints/shop/rotate-secret", {
      overlap: "0s",
      secret: "whsec_mine",
    });
    expect(desk.outgoing.calls.map((call) => call[2])).toEqual([
      { secret: null, overlapMs: 86_400_000 },
      { secret: "whsec_mine", overlapMs: 0 },
    ]);
    for (const overlap of ["31d", "soon", ""]) {
      const refused = await desk.call("POST", "/v1/endpoints/shop/rotate-secret", { overlap });
      expect(refused.status).toBe(400);
    }
  });

  test("a test names the event and the delivery to look at", async () => {
    const answer = await (await adminDesk()).call("POST", "/v1/endpoints/shop/test");
    const { id } = anEvent(9);
    expect([answer.status, await answer.json()]).toEqual([
      202,
      { status: "accepted", event: id, delivery: `dlv_${id.slice(4)}_shop1` },
    ]);
  });

  test("all that failed since a time is sent again", async () => {
    const desk = await adminDesk();
    const path = "/v1/endpoints/shop/resend";
    const answer = await desk.call("POST", path, {
      since: "2026-03-01T00:00:00Z",
      status: "failed",
    });
    expect([answer.status, await answer.json()]).toEqual([202, { status: "accepted", resent: 3 }]);
    expect(desk.outgoing.calls[0]?.[2]).toEqual({ since: Date.UTC(2026, 2, 1), until: null });
    for (const body of [
      {},
      { since: "yesterday" },
      { since: "2026-13-01" },
      { since: "2026-03-01", status: "delivered" },
    ]) {
      expect((await desk.call("POST", path, body)).status).toBe(400);
    }
  });

  test("any event is sent to one endpoint", async () => {
    const desk = await adminDesk();
    const { id } = anEvent(1);
    const answer = await desk.call("POST", `/v1/events/${id}/send`, { endpoint: "shop" });
    expect(answer.status).toBe(202);
    expect(desk.outgoing.calls).toEqual([["send", id, SHOP, "key_environment"]]);
    expect((await desk.call("POST", "/v1/events/evt_no/send", { endpoint: "shop" })).status).toBe(
      404,
    );
    expect((await desk.call("POST", `/v1/events/${id}/send`, { endpoint: "none" })).status).toBe(
      404,
    );
  });
});
