import { afterEach, beforeEach, expect, test } from "bun:test";
import { resolve } from "node:path";
import { EXIT } from "../../src/cli/exit.ts";
import { type FakeApi, fakeApi, page, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const at = () => terminal({ env: { LONGSTOP_URL: api.url } });

const ABSENT: readonly [line: string[], route: string, lists: string][] = [
  [["events", "show", "evt_1"], "GET /v1/events/evt_1", "`longstop events`"],
  [["connections", "pause", "a", "b"], "POST /v1/connections/a/b/pause", "`longstop connections`"],
  [["endpoints", "show", "x"], "GET /v1/endpoints/x", "`longstop endpoints`"],
  [["replay", "status", "rpl_1"], "GET /v1/replays/rpl_1", "`longstop replay list`"],
  [["keys", "revoke", "key_1"], "DELETE /v1/keys/key_1", "`longstop keys`"],
  [["reconcile", "nope"], "POST /v1/sources/nope/sweep", "`longstop reconcile status`"],
];
for (const [line, route, lists] of ABSENT) {
  test(`what is not there is told with where to look: ${line.join(" ")}`, async () => {
    api.on(route, problem(404, "not_found", "There is no such thing."));
    const pipe = at();
    expect(await pipe.run(...line)).toBe(EXIT.NOT_FOUND);
    expect(pipe.stderr()).toContain(`There is no such thing.\n${lists}`);
  });
}

test("a provider that cannot be asked is told with where to mend it", async () => {
  api.on("POST /v1/sources/github/sweep", problem(409, "not_reconciled", "`apiKey` is absent."));
  const pipe = at();
  expect(await pipe.run("reconcile", "github")).toBe(EXIT.CONFLICT);
  expect(pipe.stderr()).toContain("in the configuration");
});

const EMPTY: readonly (readonly string[])[] = [
  ["events", "--source", "githib"],
  ["events", "--source", "githib", "--json"],
  ["connections", "--source", "githib"],
  ["quarantine", "--source", "githib"],
  ["reconcile", "history", "--source", "githib"],
  ["replay", "--source", "githib", "--dry-run"],
];
for (const line of EMPTY) {
  test(`an empty answer about a source that is not configured says so: ${line.join(" ")}`, async () => {
    for (const list of ["events", "connections", "quarantine", "sweeps"])
      api.on(`GET /v1/${list}`, page([]));
    api.on("POST /v1/replays", { status: "dry_run", count: 0, sample: [] });
    api.on("GET /v1/sources", page([{ id: "github" }]));
    const wrong = at();
    expect(await wrong.run(...line)).toBe(EXIT.OK);
    expect(wrong.stderr()).toContain("No source `githib` is configured there");
    expect(wrong.stderr()).toContain("Did you mean github?");

    const right = at();
    await right.run(...line.map((word) => (word === "githib" ? "github" : word)));
    expect(right.stderr()).not.toContain("is configured there");
  });
}

test("an empty answer stays one where the sources cannot be asked for", async () => {
  api.on("GET /v1/events", page([]));
  api.on("GET /v1/sources", problem(503, "overloaded", "no"));
  const pipe = at();
  expect(await pipe.run("events", "--source", "x")).toBe(EXIT.OK);
  expect(pipe.stderr()).toBe("No events match.\n");
});

test("one who registers an endpoint to pull from is told how to", async () => {
  const endpoint = { id: "ep_1", name: "shop", secret: null };
  api.on("POST /v1/endpoints", { ...endpoint, strategy: "pull" });
  const pull = at();
  await pull.run("endpoints", "create", "--strategy", "pull", "--name", "shop");
  expect(pull.stderr()).toContain("GET /v1/endpoints/shop/messages");
  expect(pull.stderr()).toContain("--scope pull:shop");
  api.on("POST /v1/endpoints", { ...endpoint, strategy: "push" });
  const push = at();
  await push.run("endpoints", "create", "https://a.example", "--name", "shop");
  expect(push.stderr()).not.toContain("pull");
});

test("the tries of a delivery that was sent again are counted on", async () => {
  const tried = { attempt: 1, startedAt: "2026-03-01T12:00:00.000Z", response: { status: 500 } };
  api.on("GET /v1/deliveries/dlv_1", { id: "dlv_1", attemptLog: [tried, tried] });
  const pipe = at();
  await pipe.run("endpoints", "deliveries", "--id", "dlv_1");
  expect(pipe.stdout().match(/^Try \d/gm)).toEqual(["Try 1", "Try 2"]);
});

test("a server that cannot start says so in JSON when that was asked for", () => {
  const main = resolve(import.meta.dir, "../../src/main.ts");
  const run = (...more: string[]) =>
    Bun.spawnSync([process.execPath, main, "serve", "--config", "/nowhere.ts", ...more]);
  const json = run("--json");
  expect(json.exitCode).toBe(EXIT.FAILED);
  expect(JSON.parse(json.stderr.toString()).error).toMatchObject({ exit: 1, code: "failed" });
  const plain = run();
  expect(plain.stderr.toString()).toStartWith("error: ");
  expect(plain.stderr.toString()).toContain("/nowhere.ts");
});
