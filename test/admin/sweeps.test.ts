import { expect, test } from "bun:test";
import { adminDesk, problemOf } from "../support/admin.ts";
import { aSweep } from "../support/fake-recovering.ts";

test("a sweep shows the gap that it covers, what it found, and what that healed", async () => {
  const desk = await adminDesk();
  const shown = (await (await desk.call("GET", "/v1/sweeps/swp_1")).json()) as object;
  expect(shown).toMatchObject({
    id: "swp_1",
    status: "done",
    from: "2026-03-01T08:29:00.000Z",
    to: "2026-03-01T08:30:00.000Z",
    found: 10,
    recovered: 2,
    missingMsMax: 60_000,
    missingMsMean: 45_000,
    healed: [{ connection: "c1", recovered: 2, missingMsMax: 60_000 }],
  });
  expect((await desk.call("GET", "/v1/sweeps/swp_2")).status).toBe(404);
});

test("sweeps are filtered by source, connection and whether they brought something", async () => {
  const desk = await adminDesk();
  desk.recovering.rows = [aSweep({ phase: "page", finishedAt: null, recovered: 0 })];
  const answer = await desk.call("GET", "/v1/sweeps?source=bank&connection=c1&recovered=false");
  const { data } = (await answer.json()) as { data: Record<string, unknown>[] };
  expect(data[0]).toMatchObject({ status: "running", finishedAt: null, missingMsMean: null });
  expect(desk.recovering.filters).toEqual([{ source: "bank", connection: "c1", recovered: false }]);
});

test("a source is swept from where it was, or since a time", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", "/v1/sources/bank/sweep");
  expect([answer.status, await answer.json()]).toEqual([
    202,
    { status: "accepted", sweep: "swp_1" },
  ]);
  await desk.call("POST", "/v1/sources/bank/sweep", { since: "2026-03-01" });
  expect(desk.recovering.calls).toEqual([
    ["sweep", "bank", { since: undefined }],
    ["sweep", "bank", { since: Date.UTC(2026, 2, 1) }],
  ]);
  expect((await desk.call("POST", "/v1/sources/bank/sweep", { since: "x" })).status).toBe(400);
});

test("one connection is asked for by its key, whatever characters that holds", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", "/v1/connections/bank/a%2Fb/reconcile");
  expect(answer.status).toBe(202);
  expect(desk.recovering.calls).toEqual([["poll", "bank", "a/b"]]);
});

test.each([
  ["not_found", 404, "not_found"],
  ["not_offered", 409, "not_reconciled"],
  ["stopped", 503, "draining"],
] as const)(
  "a provider that is not asked (%s) is answered %d, with why",
  async (code, status, shown) => {
    const desk = await adminDesk();
    desk.recovering.refusal = { code, detail: "Give apiKey." };
    const answer = await desk.call("POST", "/v1/sources/bank/sweep");
    expect([answer.status, (await problemOf(answer)).code]).toEqual([status, shown]);
  },
);

test("a source shows how far it is reconciled; one of which nothing is known shows nothing", async () => {
  const desk = await adminDesk();
  const counts = { received: 0, duplicates: 0, pending: 0, completed: 0, skipped: 0, failed: 0 };
  desk.reads.sourceRows = [
    { source: "bank", ...counts, lastEventAt: null, secrets: [] },
    { source: "crm", ...counts, lastEventAt: null, secrets: [] },
  ];
  const { data } = (await (await desk.call("GET", "/v1/sources")).json()) as {
    data: Record<string, unknown>[];
  };
  expect(data[0]?.["reconcile"]).toMatchObject({
    lacks: null,
    activity: "idle",
    lastSweptAt: "2026-03-01T08:30:00.000Z",
    recovered: 7,
    lastSweep: { id: "swp_1" },
  });
  expect(data[1]?.["reconcile"]).toBeNull();
});
