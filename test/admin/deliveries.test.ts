import { expect, test } from "bun:test";
import { adminDesk, problemOf } from "../support/admin.ts";
import { aDelivery, SHOP } from "../support/fake-outgoing.ts";
import { anEvent } from "../support/fake-reads.ts";

const { id } = aDelivery();

test("deliveries are filtered by endpoint, event, status and time", async () => {
  const desk = await adminDesk();
  const event = anEvent(3).id;
  const query = `endpoint=shop&event=${event}&status=failed&since=2026-03-01&until=2026-03-02`;
  const answer = await desk.call("GET", `/v1/deliveries?${query}`);
  const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
  expect(data[0]).toMatchObject({ id, endpoint: SHOP, endpointName: "shop", responseStatus: 500 });
  expect(data[0]).not.toHaveProperty("attemptLog");
  expect(desk.outgoing.filters).toEqual([
    {
      endpoint: SHOP,
      event,
      status: "failed",
      since: Date.UTC(2026, 2, 1),
      until: Date.UTC(2026, 2, 2),
    },
  ]);
});

test("what is filtered by must be possible", async () => {
  const desk = await adminDesk();
  for (const query of ["event=x", "status=lost", "since=soon", "limit=0", "endpiont=a"]) {
    expect((await desk.call("GET", `/v1/deliveries?${query}`)).status).toBe(400);
  }
  expect(desk.outgoing.filters).toEqual([]);
});

test("a delivery shows each try, with what was sent and what came back", async () => {
  const desk = await adminDesk();
  const shown = (await (await desk.call("GET", `/v1/deliveries/${id}`)).json()) as object;
  expect(shown).toMatchObject({
    id,
    attemptLog: [
      {
        attempt: 1,
        outcome: "retry",
        request: { headers: { "webhook-id": anEvent(3).id } },
        response: { status: 500, headers: { "set-cookie": "a, b" }, body: "oops" },
      },
    ],
  });
});

test("what is no delivery is not found", async () => {
  const desk = await adminDesk();
  for (const text of ["dlv_x", "none", `${id}0`, "%20"]) {
    const answer = await desk.call("GET", `/v1/deliveries/${text}`);
    expect([text, answer.status]).toEqual([text, 404]);
    expect((await desk.call("POST", `/v1/deliveries/${text}/resend`)).status).toBe(
      text === `${id}0` ? 202 : 404,
    );
  }
});

test("a delivery is sent again; one that cannot be says why", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", `/v1/deliveries/${id}/resend`);
  expect([answer.status, await answer.json()]).toEqual([202, { status: "accepted" }]);
  expect(desk.outgoing.calls).toEqual([["resend", id, "key_environment"]]);
  desk.outgoing.refusal = { code: "wrong_status", field: null, detail: "Enable it first." };
  const refused = await desk.call("POST", `/v1/deliveries/${id}/resend`);
  expect(await problemOf(refused)).toMatchObject({
    code: "wrong_status",
    detail: "Enable it first.",
  });
});
