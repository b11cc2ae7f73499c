import { afterEach, beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { event, type FakeApi, fakeApi, problem } from "./fake-api.ts";
import { type Terminal, terminal } from "./terminal.ts";

let api: FakeApi;
let stored: Record<string, unknown>[];
beforeEach(() => {
  api = fakeApi();
  stored = [];
  api.on("GET /v1/events", ({ path }: { path: string }) => {
    const query = new URL(path, api.url).searchParams;
    const since = Date.parse(query.get("since") ?? "1970-01-01");
    const from = Number(query.get("cursor") ?? 0);
    const matching = [...stored]
      .reverse()
      .filter((row) => Date.parse(String(row["receivedAt"])) >= since);
    const limit = Number(query.get("limit"));
    return {
      data: matching.slice(from, from + limit),
      nextCursor: matching.length > from + limit ? String(from + limit) : null,
    };
  });
});
afterEach(() => api.stop());

const START = Date.UTC(2026, 2, 1, 11);
const made = (number: number, atS: number, fields = {}) => ({
  ...event({
    id: `evt_${number}`,
    receivedAt: new Date(START + atS * 1000).toISOString(),
    settledAt: null,
    status: "pending",
    attempts: 0,
  }),
  ...fields,
});
const settle = (id: string, status: string): void => {
  stored = stored.map((row) =>
    row["id"] === id ? { ...row, status, settledAt: "2026-03-01T11:59:00.000Z" } : row,
  );
  api.on(`GET /v1/events/${id}`, {
    ...stored.find((row) => row["id"] === id),
    data: { secret: 1 },
  });
};

const at = () => terminal({ env: { LONGSTOP_URL: api.url } });
const told = (pipe: Terminal): string[] =>
  pipe
    .stdout()
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .map((row) => `${row.id} ${row.status}`);

async function round(pipe: Terminal): Promise<void> {
  pipe.clock.step(1_000);
  await pipe.clock.untilSleeping();
}

test("it begins with the newest, and then tells what arrives and what settles, once each", async () => {
  stored = Array.from({ length: 12 }, (_, number) =>
    made(number, number, { status: "completed", settledAt: "x" }),
  );
  const pipe = at();
  const running = pipe.run("tail", "--json", "--last", "2");
  await pipe.clock.untilSleeping();
  expect(told(pipe)).toEqual(["evt_10 completed", "evt_11 completed"]);

  stored.push(made(12, 12), made(13, 12));
  await round(pipe);
  settle("evt_12", "completed");
  await round(pipe);
  await round(pipe);

  expect(told(pipe).slice(2)).toEqual(["evt_12 pending", "evt_13 pending", "evt_12 completed"]);
  pipe.interrupt();
  expect(await running).toBe(EXIT.OK);
});

test("an event that settles long after it came is told, without its payload", async () => {
  stored = [made(1, 0)];
  const pipe = at();
  const running = pipe.run("tail", "--json", "--last", "0");
  await pipe.clock.untilSleeping();
  stored.push(made(2, 600, { status: "completed" }));
  await round(pipe);
  settle("evt_1", "failed");
  await round(pipe);
  await round(pipe);
  expect(told(pipe)).toEqual(["evt_2 completed", "evt_1 failed"]);
  expect(pipe.stdout()).not.toContain("secret");
  pipe.interrupt();
  await running;
});

test("an event that is replayed at once and settles again is told again", async () => {
  stored = [made(1, 0, { status: "completed", settledAt: "a" })];
  const pipe = at();
  const running = pipe.run("tail", "--json", "--last", "0");
  await pipe.clock.untilSleeping();
  stored = [made(1, 0, { status: "completed", settledAt: "b" })];
  await round(pipe);
  expect(told(pipe)).toEqual(["evt_1 completed"]);
  pipe.interrupt();
  await running;
});

test("a flood is told as far as it can be read, and said to be one", async () => {
  stored = [made(0, 0, { status: "completed" })];
  const pipe = at();
  const running = pipe.run("tail", "--json", "--last", "0");
  await pipe.clock.untilSleeping();
  stored.push(
    ...Array.from({ length: 3_000 }, (_, number) => made(number + 1, 1, { status: "completed" })),
  );
  await round(pipe);
  expect(told(pipe)).toHaveLength(1_000);
  expect(pipe.stderr()).toContain("faster than they can be shown");
  pipe.interrupt();
  await running;
});

test("however much waits, few events a look are asked after", async () => {
  stored = Array.from({ length: 150 }, (_, number) => made(number, 0));
  for (const { id } of stored) settle(String(id), "pending");
  const pipe = at();
  const running = pipe.run("tail", "--json", "--last", "0");
  await pipe.clock.untilSleeping();
  stored.push(made(999, 600));
  await round(pipe);
  api.seen.length = 0;
  await round(pipe);
  expect(api.seen.filter(({ path }) => path.startsWith("/v1/events/"))).toHaveLength(25);
  pipe.interrupt();
  await running;
});

test("a person sees one line an event, no wider than the terminal", async () => {
  stored = [
    made(1, 0, {
      status: "failed",
      error: { code: "threw", message: "\u001b[2Jboom ".repeat(30) },
    }),
  ];
  const person = terminal({ columns: 80, env: { LONGSTOP_URL: api.url, NO_COLOR: "1" } });
  const running = person.run("tail");
  await person.clock.untilSleeping();
  const lines = person.stdout().trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toStartWith(
    "11:00:00  evt_1  ✗ failed     bank  connection.updated  4711  threw: ␛[2J",
  );
  expect(Bun.stringWidth(lines[0] ?? "")).toBeLessThanOrEqual(80);
  person.interrupt();
  await running;
});

test("filters go along with every look", async () => {
  const pipe = at();
  const running = pipe.run("tail", "--source", "github");
  await pipe.clock.untilSleeping();
  await round(pipe);
  const looks = api.seen.filter(({ path }) => path.startsWith("/v1/events"));
  for (const { path } of looks) expect(path).toContain("source=github");
  pipe.interrupt();
  await running;
});

test("a server that is restarted is waited for; one that refuses ends it", async () => {
  const pipe = at();
  const running = pipe.run("tail");
  await pipe.clock.untilSleeping();
  api.on("GET /v1/events", problem(503, "draining", "It is going down."));
  await round(pipe);
  await round(pipe);
  expect(pipe.stderr().match(/It is going down/g)).toHaveLength(1);
  api.on("GET /v1/events", problem(401, "unauthorized", "No."));
  pipe.clock.step(1_000);
  expect(await running).toBe(EXIT.UNAUTHORISED);
});
