import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err } from "../../src/base/result.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { adminDesk, type Desk, FIXED_KEY } from "../support/admin.ts";
import { type Terminal, terminal } from "./terminal.ts";

/** The commands against the real routes; the backup that the server says it made lies in a folder of this machine. */
let desk: Desk;
let folder: string;
let made: string;
beforeEach(async () => {
  desk = await adminDesk();
  folder = mkdtempSync(join(tmpdir(), "longstop-cli-backup-"));
  mkdirSync(join(folder, "data/backups"), { recursive: true });
  made = join(folder, "data/backups/journal-1.db");
  writeFileSync(made, "the journal", { mode: 0o600 });
  const backup = { file: made, bytes: 11, entries: 3, tookMs: 12, removed: ["journal-0.db"] };
  desk.backups.outcome = { ok: true, value: backup };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (): Terminal =>
  terminal({
    cwd: folder,
    env: { LONGSTOP_URL: "http://localhost:8081", LONGSTOP_ADMIN_KEY: FIXED_KEY },
    fetch: (url, init) => desk.app.handle(new Request(url, init)),
  });

test("a backup is told with its place and size, and what it does not hold", async () => {
  const pipe = at();
  expect(await pipe.run("backup", "--keep", "3")).toBe(EXIT.OK);
  expect(desk.backups.kept).toEqual([3]);
  expect(pipe.stdout()).toContain(made);
  expect(pipe.stdout()).toContain("11 bytes, 3 entries");
  expect(pipe.stderr()).toContain(join(folder, "data/secret.key"));
  const json = at();
  await json.run("backup", "--json");
  expect(JSON.parse(json.stdout())).toMatchObject({ file: made, entries: 3 });
});

test("--to moves it into a folder, or to a new name", async () => {
  mkdirSync(join(folder, "away"));
  const first = at();
  expect(await first.run("backup", "--to", "away", "--json")).toBe(EXIT.OK);
  expect(JSON.parse(first.stdout()).file).toBe(join(folder, "away/journal-1.db"));
  expect(readFileSync(join(folder, "away/journal-1.db"), "utf8")).toBe("the journal");
  expect(existsSync(made)).toBe(false);
  writeFileSync(made, "another");
  expect(await at().run("backup", "--to", "away/second.db")).toBe(EXIT.OK);
  expect(readdirSync(join(folder, "away")).sort()).toEqual(["journal-1.db", "second.db"]);
});

test("--to overwrites nothing, and a move that fails leaves the backup where it was", async () => {
  writeFileSync(join(folder, "mine.db"), "mine");
  writeFileSync(join(folder, "new.db.partial"), "somebody's");
  for (const to of ["mine.db", "new.db", "no-such-folder/x.db"]) {
    const pipe = at();
    expect(await pipe.run("backup", "--to", to)).toBe(EXIT.FAILED);
    expect(pipe.stderr()).toContain(`The backup is complete, at ${made}`);
  }
  expect(readFileSync(join(folder, "mine.db"), "utf8")).toBe("mine");
  expect(readFileSync(join(folder, "new.db.partial"), "utf8")).toBe("somebody's");
  expect(readFileSync(made, "utf8")).toBe("the journal");
});

test("--to of a backup on another machine says where it is", async () => {
  rmSync(made);
  const pipe = at();
  expect(await pipe.run("backup", "--to", "x.db")).toBe(EXIT.FAILED);
  expect(pipe.stderr()).toContain("not on this machine");
  expect(pipe.stderr()).toContain(made);
});

test("one that is refused has the server's words and an exit code of its own", async () => {
  desk.backups.outcome = err({ code: "running", detail: "Another backup is being made." });
  const busy = at();
  expect(await busy.run("backup")).toBe(EXIT.CONFLICT);
  expect(busy.stderr()).toContain("Another backup is being made.");
  desk.backups.outcome = err({ code: "no_room", detail: "The disk has 1 MiB free." });
  expect(await at().run("backup")).toBe(EXIT.UNAVAILABLE);
  expect(await at().run("backup", "--keep", "0")).toBe(EXIT.USAGE);
});

test("restore is handed the file and the folder that are meant", async () => {
  const asked: unknown[] = [];
  const pipe = terminal({
    deps: {
      restore: async (options) => {
        asked.push(options);
        return EXIT.OK;
      },
    },
  });
  expect(await pipe.run("restore", "backup.db", "--data", "/d", "--json")).toBe(EXIT.OK);
  expect(await pipe.run("restore")).toBe(EXIT.USAGE);
  expect(asked).toEqual([{ file: "backup.db", config: null, data: "/d", json: true }]);
});

test("what operators did is a table, and every filter is taken", async () => {
  await desk.call("POST", "/v1/keys", { name: "ci", scopes: ["read"] });
  await desk.call("GET", "/v1/events", undefined, "lsk_guessed");
  const all = at();
  expect(await all.run("audit")).toBe(EXIT.OK);
  expect(all.stdout()).toContain("POST /v1/keys");
  expect(all.stdout()).toContain("refused");
  const filtered = at();
  const filters = ["--by", "key_environment", "--action", "POST /v1/keys"];
  const more = ["--outcome", "succeeded", "--since", "365d", "--until", "1s", "--limit", "5"];
  expect(await filtered.run("audit", ...filters, ...more, "--json")).toBe(EXIT.OK);
  const { data } = JSON.parse(filtered.stdout());
  expect(data).toMatchObject([{ action: "POST /v1/keys", by: "key_environment" }]);
  expect(await at().run("audit", "--outcome", "perhaps")).toBe(EXIT.USAGE);
});
