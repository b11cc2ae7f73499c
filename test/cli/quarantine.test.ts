import { beforeEach, expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit.ts";
import { adminDesk, type Desk, FIXED_KEY } from "../support/admin.ts";
import { aQuarantined } from "../support/fake-reads.ts";
import { terminal } from "./terminal.ts";

let desk: Desk;
beforeEach(async () => {
  desk = await adminDesk();
});

/** Against the real routes. */
const at = (options: Parameters<typeof terminal>[0] = {}) =>
  terminal({
    env: { LONGSTOP_URL: "http://localhost:8081", LONGSTOP_ADMIN_KEY: FIXED_KEY },
    fetch: (url, init) => desk.app.handle(new Request(url, init)),
    ...options,
  });

const released = { status: "released", events: [] } as const;
const failing = { status: "still_failing", code: "signature_mismatch", detail: "No." } as const;

test("requests are listed with why, and one is shown with its headers and body", async () => {
  desk.reads.quarantineRows = [aQuarantined(2, { held: true }), aQuarantined(1)];
  const listed = at();
  expect(await listed.run("quarantine", "--source", "bank")).toBe(EXIT.OK);
  expect(listed.stdout()).toMatch(/qua_2 +bank .* held /);
  expect(listed.stdout()).toMatch(/qua_1 +bank .* signature_mismatch /);
  const held = at();
  expect(await held.run("quarantine", "list", "--held", "--json")).toBe(EXIT.OK);
  expect(JSON.parse(held.stdout()).data).toHaveLength(1);
  const shown = at();
  expect(await shown.run("quarantine", "show", "qua_1")).toBe(EXIT.OK);
  expect(shown.stdout()).toContain("content-type: application/json");
  expect(shown.stdout()).toContain('{"n":1}');
  expect(await at().run("quarantine", "show", "qua_9")).toBe(EXIT.NOT_FOUND);
});

test("one is released; one that still fails, and one that is not there, have codes of their own", async () => {
  desk.releases.outcomes.set("qua_1", released);
  desk.releases.outcomes.set("qua_2", failing);
  expect(await at().run("quarantine", "release", "qua_1")).toBe(EXIT.OK);
  const second = at();
  expect(await second.run("quarantine", "release", "qua_2")).toBe(EXIT.FAILED);
  expect(second.stdout()).toContain("signature_mismatch: No.");
  expect(await at().run("quarantine", "release", "qua_3")).toBe(EXIT.NOT_FOUND);
});

test("a whole source is released page by page, after asking; a dry run asks nobody", async () => {
  desk.reads.quarantineRows = Array.from({ length: 250 }, (_, place) => aQuarantined(250 - place));
  for (const { id } of desk.reads.quarantineRows) desk.releases.outcomes.set(id, released);
  const dry = at();
  expect(await dry.run("quarantine", "release", "--source", "bank", "--dry-run")).toBe(EXIT.OK);
  expect(desk.releases.tried.every(([, dryRun]) => dryRun)).toBe(true);

  const no = at({ columns: 80, answers: ["n"] });
  expect(await no.run("quarantine", "release", "--source", "bank")).toBe(EXIT.FAILED);
  expect(desk.releases.tried).toHaveLength(250);
  const yes = at();
  expect(await yes.run("quarantine", "release", "--source", "bank", "--yes", "--json")).toBe(
    EXIT.OK,
  );
  expect(yes.stdout().trimEnd().split("\n")).toHaveLength(250);
});

test("a release of nothing in particular, or of two things, is refused before it is asked for", async () => {
  for (const words of [[], ["qua_1", "--source", "bank"]])
    expect(await at().run("quarantine", "release", ...words)).toBe(EXIT.USAGE);
  expect(desk.releases.tried).toEqual([]);
});

test("what strangers put into a body cannot act on the terminal", async () => {
  desk.reads.quarantineRows = [aQuarantined(1, { body: Buffer.from("\u001b]0;owned\u0007") })];
  const shown = at();
  await shown.run("quarantine", "show", "qua_1");
  expect(shown.stdout()).not.toContain("\u001b");
});
