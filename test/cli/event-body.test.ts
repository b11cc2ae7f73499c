import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit.ts";
import { type FakeApi, fakeApi, problem } from "./fake-api.ts";
import { terminal } from "./terminal.ts";

let api: FakeApi;
beforeEach(() => {
  api = fakeApi();
});
afterEach(() => api.stop());

const at = (columns: number | null = 80, extra = {}) =>
  terminal({ columns, env: { LONGSTOP_URL: api.url, NO_COLOR: "1" }, ...extra });

test("the body goes into a pipe byte for byte, and onto a terminal harmless", async () => {
  const bytes = new Uint8Array([0xff, 0x00, 0x1b, 0x5b, 0x32, 0x4a]);
  api.on("GET /v1/events/evt_x/body", new Response(bytes));
  const pipe = at(null);
  const person = at();

  await pipe.run("events", "body", "evt_x");
  await person.run("events", "body", "evt_x");

  expect(pipe.stdoutBytes()).toEqual(Buffer.from(bytes));
  expect(person.stdout()).not.toContain("\u001b");
});

test("--output writes the body to a new file for its owner alone, and never over another", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "cli-body-"));
  api.on("GET /v1/events/evt_x/body", new Response("payload"));

  expect(await at(80, { cwd }).run("events", "body", "evt_x", "--output", "out.json")).toBe(
    EXIT.OK,
  );
  const again = at(80, { cwd });
  expect(await again.run("events", "body", "evt_x", "-o", "out.json")).toBe(EXIT.FAILED);

  expect(await readFile(join(cwd, "out.json"), "utf8")).toBe("payload");
  expect((await Bun.file(join(cwd, "out.json")).stat()).mode & 0o777).toBe(0o600);
  expect(again.stderr()).toContain("exists already");
  await rm(cwd, { recursive: true });
});

test("skip sends the reason; a settled event is a conflict", async () => {
  api.on("POST /v1/events/evt_x/skip", {});
  api.on("POST /v1/events/evt_y/skip", problem(409, "wrong_status", "It is settled already."));
  const person = at();

  expect(await person.run("events", "skip", "evt_x", "--reason", "test data")).toBe(EXIT.OK);
  expect(api.seen[0]?.body).toEqual({ reason: "test data" });
  expect(await person.run("events", "skip", "evt_y")).toBe(EXIT.CONFLICT);
  expect(person.stderr()).toContain("It is settled already.");
});
