import { describe, expect, test } from "bun:test";
import { answer, OutboundWorld } from "../support/outbound-world.ts";

const S = 1_000;
const BY = "key_1";

describe("endpoints of run time", () => {
  test("have their secrets kept out of answers that repeat the request, as error pages do", async () => {
    const world = await new OutboundWorld().start();
    const auth = { kind: "bearer", token: "very-secret-token" } as const;
    const change = { auth, headers: { "x-api": "also-very-secret" }, confirmMs: 60_000 };
    const { id, url } = await world.endpoint("shop", change);
    world.http.on(url, ({ headers }) => {
      const page = JSON.stringify(headers);
      return answer(500, { "x-echo": page }, `Oops: ${page}, token very-secret-token`);
    });
    const event = await world.publish("order.created");
    const { attemptLog } = await world.delivery(event, id);
    const kept = JSON.stringify(attemptLog);
    expect(kept).toContain("Oops");
    const token = world.http.to(url)[0]?.headers["longstop-confirm-url"]?.split("/").at(-1) ?? "";
    expect(token).toStartWith("dlv_");
    for (const hidden of ["very-secret", token]) expect(kept).not.toContain(hidden);
  });

  test("that were removed are not there again by what was asked for at the same time", async () => {
    const world = await new OutboundWorld().start();
    const { id } = await world.endpoint("shop");
    const { sending } = world.outbound;
    const [removed, ...others] = await world.settled(
      Promise.all([
        sending.remove(id, BY),
        sending.patch(id, { timeoutMs: 1_000 }, BY),
        sending.rotateSecret(id, { secret: null, overlapMs: 0 }, BY),
        sending.remove(id, BY),
      ]),
    );
    expect(removed.ok).toBe(true);
    for (const other of others)
      expect(other).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(sending.endpoint(id)).toBeNull();
    const again = await new OutboundWorld({ journal: world.journal, clock: world.clock }).start();
    expect(again.outbound.sending.endpoint(id)).toBeNull();
  });

  test("that were pulled are not pushed to without a signature", async () => {
    const world = await new OutboundWorld().start();
    const { id, url } = await world.endpoint("shop", { strategy: "pull" });
    const { sending } = world.outbound;
    const refused = await world.settled(sending.patch(id, { strategy: "push", url }, BY));
    expect(refused).toMatchObject({ ok: false, error: { code: "invalid", field: "secret" } });
    const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    await world.settled(sending.patch(id, { strategy: "push", url, secret }, BY));
    world.http.on(url, () => answer(200));
    await world.publish("order.created");
    expect(world.http.to(url)[0]?.headers["webhook-signature"]).toStartWith("v1,");
  });

  test("that are disabled are not made to look paused", async () => {
    const world = await new OutboundWorld().start();
    const { id } = await world.endpoint("shop");
    const { sending } = world.outbound;
    await world.settled(sending.disable(id, "broken", BY));
    const refused = await world.settled(sending.patch(id, { paused: true }, BY));
    expect(refused).toMatchObject({ ok: false, error: { code: "wrong_status" } });
    expect(sending.endpoint(id)?.activity.state).toBe("disabled");
  });

  test("whose secret is made anew without that key wait until their auth is set again", async () => {
    const first = await new OutboundWorld().start();
    const auth = { kind: "bearer", token: "lost" } as const;
    const { id, url } = await first.endpoint("shop", { auth });
    const { clock, journal, http } = first;
    const keys = ["another key, which is new"];
    const world = await new OutboundWorld({ clock, journal, http, seed: 3, keys }).start();
    http.on(url, () => answer(200));
    await world.publish("order.created");
    const { sending } = world.outbound;
    const rotated = await world.settled(
      sending.rotateSecret(id, { secret: null, overlapMs: 0 }, BY),
    );
    expect(rotated.ok).toBe(true);
    await world.clock.advance(60 * S);
    expect(http.to(url)).toHaveLength(0);
    const row = await journal.reads.endpoint(id);
    expect(row).toMatchObject({
      status: "paused",
      statusReason: expect.stringContaining("auth were lost"),
    });
    await world.settled(sending.patch(id, { auth: { kind: "bearer", token: "new" } }, BY));
    await world.settled(sending.resume(id, BY));
    expect(http.to(url).map(({ headers }) => headers["authorization"])).toEqual(["Bearer new"]);
  });
});
