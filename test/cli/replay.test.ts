import { afterEach, beforeEach, expect, test } from "bun:test";
import { bar, percent } from "../../src/cli/commands/replay-progress.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { event, type FakeApi, fakeApi, page, problem, type Seen } from "./fake-api.ts";
import { type TerminalOptions, terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const at = (options: TerminalOptions = {}) =>
  terminal({ columns: 80, ...options, env: { LONGSTOP_URL: api.url, NO_COLOR: "1" } });

const job = (fields = {}) => ({
  id: "rpl_1",
  status: "running",
  filter: { status: "failed" },
  rate: null,
  total: 4,
  done: 0,
  createdAt: "2026-03-01T11:57:00.000Z",
  finishedAt: null,
  ...fields,
});

/** Four events match; the job is done at the third look. */
function fourMatch(): void {
  let looks = 0;
  api.on("POST /v1/replays", ({ body }: Seen) =>
    (body as { dryRun?: boolean }).dryRun === true
      ? { status: "dry_run", filter: {}, count: 4, countIsExact: true, sample: [event()] }
      : job(),
  );
  api.on("GET /v1/replays/rpl_1", () => {
    looks++;
    return looks < 3 ? job({ done: looks }) : job({ done: 4, status: "completed" });
  });
}

async function finish(
  running: Promise<number>,
  clock: ReturnType<typeof terminal>["clock"],
): Promise<number> {
  let code: number | undefined;
  const ended = running.then((value) => {
    code = value;
  });
  while (code === undefined) {
    if (clock.sleeping()) clock.step(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  return code;
}

const posts = () => api.seen.filter(({ method }) => method === "POST").map(({ body }) => body);

test("one event is replayed by its id", async () => {
  api.on("POST /v1/events/evt_1/replay", {});
  expect(await at().run("replay", "evt_1")).toBe(EXIT.OK);
});

test("a pending event is a conflict, an unknown one is not found", async () => {
  api.on("POST /v1/events/evt_1/replay", problem(409, "wrong_status", "It is still pending."));
  expect(await at().run("replay", "evt_1")).toBe(EXIT.CONFLICT);
  expect(await at().run("replay", "evt_2")).toBe(EXIT.NOT_FOUND);
});

test("many are counted and shown, asked about, and followed until they are done", async () => {
  fourMatch();
  const person = at({ answers: ["y"] });

  const code = await finish(
    person.run("replay", "--source", "bank", "--status", "failed", "--since", "1h", "--rate", "50"),
    person.clock,
  );

  expect(code).toBe(EXIT.OK);
  const filter = { source: "bank", status: "failed", since: "2026-03-01T11:00:00.000Z", rate: 50 };
  expect(posts()).toEqual([{ ...filter, dryRun: true }, filter]);
  expect(person.stdout()).toContain("4 events match.");
  expect(person.stdout()).toContain("✓ 4 events replayed.");
  expect(person.stderr()).toContain("Replay 4 events? [y/N]");
  expect(person.stderr()).toContain("50%  2 of 4");
});

test("any answer but yes replays nothing", async () => {
  for (const answer of ["", "n", "nope", "j", null]) {
    api.seen.length = 0;
    fourMatch();
    const person = at({ answers: answer === null ? [] : [answer] });
    expect(await person.run("replay", "--status", "failed")).toBe(EXIT.FAILED);
    expect(posts()).toHaveLength(1);
  }
});

test("without a terminal --yes is wanted, and nothing is replayed without it", async () => {
  fourMatch();
  const pipe = at({ columns: null });
  expect(await pipe.run("replay", "--status", "failed")).toBe(EXIT.USAGE);
  expect(pipe.stderr()).toContain("--yes");
  expect(posts()).toHaveLength(1);
  // Input from a file or a pipe is no answer either.
  expect(await at({ typing: false, answers: ["y"] }).run("replay", "--status", "failed")).toBe(
    EXIT.USAGE,
  );
  expect(posts()).toHaveLength(2);
  expect(await finish(pipe.run("replay", "--status", "failed", "--yes"), pipe.clock)).toBe(EXIT.OK);
});

test("a dry run makes no job", async () => {
  fourMatch();
  const person = at();
  expect(await person.run("replay", "--status", "failed", "--dry-run")).toBe(EXIT.OK);
  expect(posts()).toEqual([{ status: "failed", dryRun: true }]);
  expect(person.stdout()).toContain("evt_0000000001abcd");
  expect(person.stdout()).toContain("4 events would be replayed.");
});

test("nothing that matches is no failure and makes no job", async () => {
  api.on("POST /v1/replays", { count: 0, sample: [] });
  const person = at();
  expect(await person.run("replay", "--status", "failed")).toBe(EXIT.OK);
  expect(posts()).toHaveLength(1);
});

test("under --json stdout holds one document: the job at its end", async () => {
  fourMatch();
  const pipe = at({ columns: null });
  await finish(pipe.run("replay", "--status", "failed", "--yes", "--json"), pipe.clock);
  expect(JSON.parse(pipe.stdout())).toEqual(job({ done: 4, status: "completed" }));
});

test("Ctrl-C leaves the job running and says how to watch and end it", async () => {
  fourMatch();
  const person = at();
  const running = person.run("replay", "--status", "failed", "--yes");
  await person.clock.untilSleeping();

  expect(person.interrupt()).toBe(true);

  expect(await running).toBe(EXIT.INTERRUPTED);
  expect(person.stderr()).toContain("longstop replay status rpl_1 --watch");
  expect(person.stderr()).toContain("longstop replay cancel rpl_1");
  expect(posts()).toHaveLength(2);
  expect(person.interrupt()).toBe(false);
});

test("a job that is cancelled while it is watched is a failure; a paused one is told", async () => {
  api.on("GET /v1/replays/rpl_1", job({ status: "cancelled", done: 2 }));
  expect(await at().run("replay", "status", "rpl_1", "--watch")).toBe(EXIT.FAILED);
  api.on("GET /v1/replays/rpl_1", job({ status: "paused", done: 2 }));
  const person = at();
  expect(await person.run("replay", "status", "rpl_1", "--watch")).toBe(EXIT.OK);
  expect(person.stdout()).toContain("is paused: 2 of 4 done");
});

test("--detach starts the job and leaves", async () => {
  fourMatch();
  const person = at();
  expect(await person.run("replay", "--everything", "--yes", "--detach")).toBe(EXIT.OK);
  const since = "1970-01-01T00:00:00.000Z";
  expect(posts()).toEqual([{ dryRun: true, since }, { since }]);
});

test("neither an id nor a filter, or both, is not understood", async () => {
  expect(await at().run("replay")).toBe(EXIT.USAGE);
  expect(await at().run("replay", "evt_1", "--status", "failed")).toBe(EXIT.USAGE);
  expect(await at().run("replay", "evt_1", "evt_2")).toBe(EXIT.USAGE);
  expect(api.seen).toHaveLength(0);
});

test("jobs are listed, shown, paused, resumed and cancelled", async () => {
  api.on("GET /v1/replays", page([job({ done: 3 })]));
  api.on("GET /v1/replays/rpl_1", job({ done: 3 }));
  for (const action of ["pause", "resume", "cancel"])
    api.on(`POST /v1/replays/rpl_1/${action}`, job());
  const person = at();
  expect(await person.run("replay", "list")).toBe(EXIT.OK);
  expect(person.stdout()).toContain("75%");
  expect(await person.run("replay", "status", "rpl_1")).toBe(EXIT.OK);
  for (const action of ["pause", "resume", "cancel"])
    expect(await person.run("replay", action, "rpl_1")).toBe(EXIT.OK);
});

test("the bar never shows 100% before it is done, and knows the time left", () => {
  expect(percent({ done: 999, total: 1000 })).toBe("99%");
  expect(percent({ done: 0, total: 0 })).toBe("100%");
  const state = {
    id: "",
    status: "running",
    total: 200,
    done: 100,
    rate: null,
    createdAt: null,
    finishedAt: null,
    raw: {},
  };
  expect(bar(state, 10_000, 0)).toBe("████████████░░░░░░░░░░░░ 50%  100 of 200  about 10 s left");
  expect(bar(state, 0, 0)).toBe("████████████░░░░░░░░░░░░ 50%  100 of 200");
});
