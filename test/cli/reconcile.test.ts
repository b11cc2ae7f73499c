import { afterEach, beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { type FakeApi, fakeApi, page, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const at = () => terminal({ env: { LONGSTOP_URL: api.url } });
const sweep = {
  id: "swp_1",
  source: "bank",
  status: "done",
  found: 10,
  recovered: 2,
  calls: 3,
  error: null,
};

test("a source is asked, or one of its connections", async () => {
  api.on("POST /v1/sources/bank/sweep", { status: "accepted", sweep: "swp_1" });
  api.on("POST /v1/connections/bank/a%2Fb/reconcile", { status: "accepted", sweep: "swp_2" });
  expect(await at().run("reconcile", "bank")).toBe(EXIT.OK);
  expect(await at().run("reconcile", "bank", "a/b")).toBe(EXIT.OK);
  expect(await at().run("reconcile", "now", "bank", "--since", "7d")).toBe(EXIT.OK);
  expect(api.seen.map(({ path }) => path)).toEqual([
    "/v1/sources/bank/sweep",
    "/v1/connections/bank/a%2Fb/reconcile",
    "/v1/sources/bank/sweep",
  ]);
  expect(api.seen[2]?.body).toHaveProperty("since");
});

test("with --wait it stays until it is done, and says what had been missing", async () => {
  const answers = [problem(404, "not_found", "Not yet."), { ...sweep, status: "running" }, sweep];
  api.on("POST /v1/sources/bank/sweep", { status: "accepted", sweep: "swp_1" });
  api.on("GET /v1/sweeps/swp_1", () => answers.shift());
  const pipe = at();
  const run = pipe.run("reconcile", "bank", "--wait");
  let over = false;
  void run.finally(() => {
    over = true;
  });
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    if (pipe.clock.sleeping()) pipe.clock.step(500);
  }
  expect(await run).toBe(EXIT.OK);
  expect(pipe.stdout()).toContain("10 found, 2 events had been missing");
});

test("a sweep that fails is told with why, and exits 1", async () => {
  api.on("POST /v1/sources/bank/sweep", { status: "accepted", sweep: "swp_1" });
  api.on("GET /v1/sweeps/swp_1", {
    ...sweep,
    status: "failed",
    error: { code: "unauthorised", message: "The key is wrong." },
  });
  const pipe = at();
  expect(await pipe.run("reconcile", "bank", "--wait")).toBe(EXIT.FAILED);
  expect(pipe.stdout()).toContain("The key is wrong.");
});

test("a provider that cannot be asked is told with the remedy", async () => {
  api.on("POST /v1/sources/bank/sweep", problem(409, "not_reconciled", "Give apiKey."));
  const pipe = at();
  expect(await pipe.run("reconcile", "bank")).toBe(EXIT.CONFLICT);
  expect(pipe.stderr()).toContain("Give apiKey.");
});

test("a connection is not asked for since a time, and nothing is asked without a source", async () => {
  expect(await at().run("reconcile", "bank", "c1", "--since", "7d")).toBe(EXIT.USAGE);
  expect(await at().run("reconcile")).toBe(EXIT.USAGE);
  expect(api.seen).toEqual([]);
});

test("the state of each source is shown, and why one is off", async () => {
  const on = { lacks: null, activity: "idle", every: "15m", recovered: 7, lastSweptAt: null };
  api.on(
    "GET /v1/sources",
    page([
      { id: "bank", reconcile: on },
      { id: "crm", reconcile: { ...on, lacks: "Give a list." } },
      { id: "old", reconcile: null },
    ]),
  );
  const pipe = at();
  expect(await pipe.run("reconcile", "status")).toBe(EXIT.OK);
  const lines = pipe.stdout().split("\n");
  expect(lines[1]).toMatch(/bank +idle +15m +7/);
  expect(lines[2]).toMatch(/crm +off .*Give a list\./);
  expect(lines[3]).toMatch(/old +off/);
});

test("sweeps are listed, those alone that brought something if wanted", async () => {
  api.on("GET /v1/sweeps", page([sweep]));
  const pipe = at();
  expect(await pipe.run("reconcile", "history", "--source", "bank", "--recovered")).toBe(EXIT.OK);
  expect(api.seen[0]?.path).toContain("source=bank&recovered=true");
  expect(pipe.stdout()).toContain("swp_1");
});
