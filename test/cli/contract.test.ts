import { beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { adminDesk, type Desk, FIXED_KEY } from "../support/admin.ts";
import { aConnection, aJob, anEvent } from "../support/fake-reads.ts";
import { type Terminal, terminal } from "./terminal.ts";

/** The commands against the real routes: what one asks, the other answers. */
let desk: Desk;
beforeEach(async () => {
  desk = await adminDesk();
});

const at = (key: string | null = FIXED_KEY): Terminal =>
  terminal({
    env: {
      LONGSTOP_URL: "http://localhost:8081",
      ...(key === null ? {} : { LONGSTOP_ADMIN_KEY: key }),
    },
    fetch: (url, init) => desk.app.handle(new Request(url, init)),
  });

const ID = anEvent(1).id;

test("events: every filter and page is taken, rows and one event are shown", async () => {
  desk.reads.rows = Array.from({ length: 450 }, (_, place) => anEvent(place + 1));
  const all = at();
  expect(await all.run("events", "--all", "--json")).toBe(EXIT.OK);
  expect(all.stdout().trimEnd().split("\n")).toHaveLength(450);
  const filtered = at();
  expect(
    await filtered.run(
      "events",
      "--source",
      "bank",
      "--connection",
      "c1",
      "--type",
      "invoice.paid",
      "--status",
      "completed",
      "--origin",
      "webhook",
      "--since",
      "365d",
      "--until",
      "1s",
      "--q",
      "x",
      "--error",
      "y",
      "--limit",
      "3",
    ),
  ).toBe(EXIT.OK);
  const shown = at();
  expect(await shown.run("events", "show", ID)).toBe(EXIT.OK);
  expect(shown.stdout()).toContain('"n": 1');
});

test("events: body of one and of its whole request, skip and its reason", async () => {
  desk.reads.rows = [anEvent(1)];
  const body = at();
  expect(await body.run("events", "body", ID)).toBe(EXIT.OK);
  expect(body.stdout()).toBe('{"n":1}');
  const whole = at();
  expect(await whole.run("events", "body", ID, "--request")).toBe(EXIT.OK);
  expect(whole.stdout()).toBe('whole:{"n":1}');
  expect(await at().run("events", "skip", ID, "--reason", "why")).toBe(EXIT.OK);
  expect(desk.operations.calls).toEqual([["skip", ID, expect.anything(), "why"]]);
});

test("connections: list, show and every action reach the key that was meant", async () => {
  const key = "a/b %?é";
  desk.reads.connectionRows = [aConnection(key, { status: "halted", mailboxDepth: 2 })];
  const listed = at();
  expect(
    await listed.run("connections", "--source", "bank", "--status", "halted", "--q", "a"),
  ).toBe(EXIT.OK);
  expect(listed.stdout()).toContain(key);
  const shown = at();
  expect(await shown.run("connections", "show", "bank", key)).toBe(EXIT.OK);
  expect(shown.stdout()).toContain('"count": 3');
  for (const action of ["pause", "resume", "retry", "skip-head", "park-head"]) {
    expect(await at().run("connections", action, "bank", key)).toBe(EXIT.OK);
  }
  for (const call of desk.operations.calls) expect(call[1]).toEqual({ source: "bank", key });
});

test("replays: dry run, job, list, status and actions", async () => {
  desk.reads.rows = [anEvent(1, { status: "failed" })];
  desk.reads.jobRows = [{ id: "job_1", job: aJob({ status: "completed", done: 10 }) }];
  const dry = at();
  expect(await dry.run("replay", "--status", "failed", "--dry-run")).toBe(EXIT.OK);
  expect(dry.stdout()).toContain("1 event would be replayed.");
  const done = at();
  expect(
    await done.run("replay", "--status", "failed", "--since", "365d", "--rate", "5", "--yes"),
  ).toBe(EXIT.OK);
  expect(done.stdout()).toContain("10 events replayed");
  expect(desk.operations.calls[0]?.[2]).toMatchObject({ rate: 5 });
  expect(await at().run("replay", ID)).toBe(EXIT.OK);
  expect(await at().run("replay", "list")).toBe(EXIT.OK);
  expect(await at().run("replay", "status", "job_1")).toBe(EXIT.OK);
  for (const action of ["pause", "resume", "cancel"])
    expect(await at().run("replay", action, "job_1")).toBe(EXIT.OK);
  expect(await at().run("replay", "status", "job_2")).toBe(EXIT.NOT_FOUND);
});

test("keys: a made key opens what its scope allows, and nothing once revoked", async () => {
  const made = at();
  expect(await made.run("keys", "create", "--name", "ci", "--scope", "read")).toBe(EXIT.OK);
  const secret = made.stdout().trim();
  const listed = at(secret);
  expect(await listed.run("keys", "--json")).toBe(EXIT.OK);
  const id = JSON.parse(listed.stdout()).data.find((key: { name: string }) => key.name === "ci").id;
  expect(await at(secret).run("keys", "create", "--name", "x")).toBe(EXIT.UNAUTHORISED);
  expect(await at().run("keys", "revoke", id)).toBe(EXIT.OK);
  expect(await at(secret).run("keys")).toBe(EXIT.UNAUTHORISED);
});

test("refusals: no key, unknown events, wrong status, bad cursors", async () => {
  desk.reads.rows = [anEvent(1)];
  const keyless = at(null);
  expect(await keyless.run("events")).toBe(EXIT.UNAUTHORISED);
  expect(keyless.stderr()).toContain("LONGSTOP_ADMIN_KEY");
  expect(await at().run("events", "show", "evt_nonsense")).toBe(EXIT.NOT_FOUND);
  expect(await at().run("events", "--cursor", "nonsense")).toBe(EXIT.USAGE);
  desk.operations.refusal = "wrong_status";
  expect(await at().run("replay", ID)).toBe(EXIT.CONFLICT);
  expect(await at().run("events", "skip", ID)).toBe(EXIT.CONFLICT);
});

test("tail: begins with what is there", async () => {
  desk.reads.rows = [anEvent(2), anEvent(1)];
  const pipe = at();
  const running = pipe.run(
    "tail",
    "--json",
    "--source",
    "bank",
    "--type",
    "invoice.paid",
    "--connection",
    "c1",
  );
  await pipe.clock.untilSleeping();
  pipe.clock.step(1_000);
  await pipe.clock.untilSleeping();
  expect(
    pipe
      .stdout()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).id),
  ).toEqual([anEvent(1).id, anEvent(2).id]);
  pipe.interrupt();
  expect(await running).toBe(EXIT.OK);
});
