import { expect, test } from "bun:test";
import { SILENCE_MS } from "../../../src/cli/simulate/answers.ts";
import { DAY_MS, HOUR_MS, play, settled } from "./play.ts";

const CONNECTIONS = "/api/v1/queries/connections";

test("a login needs both credentials; wrong ones, and a body that is none, are refused", async () => {
  const own = play();
  const { clientId, clientSecret } = own.finlink.credentials;
  const login = (body: unknown) =>
    own.call("POST", "/api/v1/auth/login", { body: JSON.stringify(body) });
  expect((await login({ clientId, clientSecret })).json).toEqual({ token: expect.any(String) });
  expect((await login({ clientId, clientSecret: "wrong" })).status).toBe(401);
  expect((await login({ clientId })).status).toBe(400);
  expect((await login("nonsense")).status).toBe(400);
  expect((await own.call("POST", "/api/v1/auth/login", { body: "{" })).status).toBe(400);
});

test("every answer has an id of its own and the caller's trace, refusals as well", async () => {
  const own = play();
  const headers = { "x-client-trace-id": "sweep 7", "x-request-id": "mine" };
  const [first, second] = [
    await own.call("GET", CONNECTIONS, { headers }),
    await own.call("GET", "/api/v1/nothing", { headers }),
  ];
  expect([first.status, second.status]).toEqual([200, 404]);
  const ids = [first, second].map((each) => each.headers.get("x-request-id") ?? "");
  expect(new Set([...ids, "mine"]).size).toBe(3);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(second.headers.get("x-client-trace-id")).toBe("sweep 7");
  expect((await own.call("GET", CONNECTIONS)).headers.has("x-client-trace-id")).toBe(false);
});

test("connections and their accounts can be listed and read; others are not found", async () => {
  const own = play();
  const all = (await own.call("GET", CONNECTIONS)).json as Record<string, unknown>[];
  expect(all.length).toBeGreaterThan(10);
  const token = String(all[0]?.["credentialsToken"]);
  expect(token).toMatch(/^[A-Z]{5}\d{5}$/);
  expect((await own.call("GET", `${CONNECTIONS}/${token}`)).json).toEqual(all[0]);
  const owner = String(all[0]?.["externalId"]);
  const owned = await own.call("GET", `${CONNECTIONS}?externalId=${owner}`);
  expect(owned.json).toEqual(all.filter((each) => each["externalId"] === owner));
  const accounts = `${CONNECTIONS}/${token}/accounts`;
  const [account] = (await own.call("GET", accounts)).json as Record<string, unknown>[];
  expect(account).toMatchObject({ type: "CASH_ACCOUNT", currency: "EUR" });
  expect((await own.call("GET", accounts)).json).toContainEqual(account);
  for (const rest of ["portfolios", "portfolios/active-positions", "investments"])
    expect((await own.call("GET", `${CONNECTIONS}/${token}/${rest}`)).json).toEqual([]);
  for (const path of ["NOSUCH00000", "NOSUCH00000/accounts", "%E0%A4%A"])
    expect((await own.call("GET", `${CONNECTIONS}/${path}`)).status).toBe(404);
});

test("a public token is exchanged once, and a connection deleted once", async () => {
  const own = play({ connections: 200, changes: 800 });
  own.finlink.start();
  let waiting: { publicToken: string }[] = [];
  while (waiting.length === 0) {
    await own.clock.advance(60_000);
    waiting = (await own.call("GET", `${CONNECTIONS}/pending`)).json as typeof waiting;
  }
  const exchange = `/api/v1/commands/connections/exchange/${waiting[0]?.publicToken}`;
  const { connectionToken } = (await own.call("POST", exchange)).json as Record<string, string>;
  expect((await own.call("POST", exchange)).status).toBe(404);
  expect(await own.call("GET", `${CONNECTIONS}/${connectionToken}`)).toMatchObject({
    json: { status: "PENDING", credentialsToken: connectionToken, lastSync: null },
  });
  const remove = `/api/v1/commands/connections/${connectionToken}`;
  expect((await own.call("DELETE", remove)).json).toEqual({ message: "success" });
  expect((await own.call("DELETE", remove)).status).toBe(404);
  expect((await own.call("GET", `${CONNECTIONS}/${connectionToken}`)).status).toBe(404);
});

test("without a session nothing is told; a reader may not delete", async () => {
  const own = play();
  const bare = { authorization: "" };
  for (const path of [CONNECTIONS, `${CONNECTIONS}/pending`, "/api/v1/webhook_verification/x"])
    expect((await own.call("GET", path, { headers: bare })).status).toBe(401);
  const reader = { authorization: `Bearer ${await own.login(["read"])}` };
  expect((await own.call("GET", CONNECTIONS, { headers: reader })).status).toBe(200);
  const remove = "/api/v1/commands/connections/X";
  expect((await own.call("DELETE", remove, { headers: reader })).status).toBe(403);
});

test("the hour of a session is up after an hour", async () => {
  const own = play();
  const headers = { authorization: `Bearer ${await own.login()}` };
  expect((await own.ask("GET", CONNECTIONS, { headers })).status).toBe(200);
  await own.clock.advance(HOUR_MS);
  expect((await own.ask("GET", CONNECTIONS, { headers })).status).toBe(401);
});

test("faults answer 500, 429 with a wait, or keep silent until the caller has gone; they can be switched off", async () => {
  const own = play({ faultShare: 1 });
  const seen = new Map<number, string | null>();
  for (let calls = 0; calls < 200; calls++) {
    const asked = own.ask("GET", CONNECTIONS);
    await settled(own.clock);
    // A silent one is answered at last, when nobody waits any more.
    if (own.clock.nextIn() !== null) await own.clock.advance(SILENCE_MS);
    const { status, headers } = await asked;
    seen.set(status, headers.get("retry-after"));
  }
  expect([...seen].sort(([a], [b]) => a - b)).toEqual([
    [429, "1"],
    [500, null],
    [503, null],
  ]);
  own.finlink.faults = false;
  expect((await own.call("GET", CONNECTIONS)).status).toBe(200);
});

test("a call that is held is let go when faults are over", async () => {
  const own = play({ faultShare: 1 });
  const calls: Promise<unknown>[] = [];
  while (own.clock.nextIn() === null) {
    calls.push(own.ask("GET", CONNECTIONS));
    await settled(own.clock);
  }
  own.finlink.faults = false;
  expect(await calls.at(-1)).toMatchObject({ status: 503 });
  expect(own.clock.nextIn()).toBeNull();
});

test("while the provider is away no call is answered; before and after, all are", async () => {
  const own = play({ durationMs: DAY_MS, outageMs: 2 * HOUR_MS });
  own.finlink.start();
  for (const [hours, status] of [
    [10.5, 200],
    [1, 503],
    [2, 200],
  ] as const) {
    await own.clock.advance(hours * HOUR_MS);
    expect((await own.call("GET", CONNECTIONS)).status).toBe(status);
  }
});

test("sessions that are to end early do so on time", async () => {
  const own = play({ durationMs: HOUR_MS, sessionEnds: 1 });
  own.finlink.start();
  expect((await own.call("GET", CONNECTIONS)).status).toBe(200);
  await own.clock.advance(HOUR_MS / 2);
  expect((await own.call("GET", CONNECTIONS)).status).toBe(401);
  expect(own.finlink.stats().sessions).toMatchObject({ expired: 1, violations: 0 });
});

test("calls are counted by endpoint, with what became of them", async () => {
  const own = play();
  await own.call("GET", `${CONNECTIONS}/NOSUCH00000`);
  await own.call("GET", `${CONNECTIONS}/pending`);
  expect(own.finlink.stats().calls).toEqual({
    "POST /api/v1/auth/login": { calls: 1, refused: 0, faulted: 0 },
    [`GET ${CONNECTIONS}/{token}`]: { calls: 1, refused: 1, faulted: 0 },
    [`GET ${CONNECTIONS}/pending`]: { calls: 1, refused: 0, faulted: 0 },
  });
});
