import { afterAll, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliFailure, EXIT } from "../../src/cli/exit.ts";
import type { Io } from "../../src/cli/io.ts";
import { restore } from "../../src/cli/restore.ts";
import { BackupCopy } from "../../src/journal/backups/copy.ts";
import { logFile } from "../../src/journal/files.ts";
import { intake } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());

function backup(): string {
  const folder = folders.make();
  const desk = new LogDesk(folder);
  desk.commit(intake(["a", "b"]));
  const path = join(folder, "backup.db");
  const copy = new BackupCopy(logFile(folder), path);
  while (!copy.slice());
  copy.finish();
  desk.close();
  return path;
}

/** One run in `cwd`; what it said, or how it failed. */
async function run(
  file: string,
  cwd: string,
  given: { json?: boolean; env?: Record<string, string> } = {},
): Promise<string> {
  let said = "";
  const io = { cwd, env: given.env ?? {}, stdout: (text: string) => (said += text) };
  const options = { file, config: null, data: "data", json: given.json ?? false };
  try {
    expect(await restore(options, io as unknown as Io)).toBe(EXIT.OK);
    return said;
  } catch (error) {
    if (error instanceof CliFailure) return `${error.exit} ${error.message}`;
    throw error;
  }
}

test("restoring says what is there now, what follows, and that the key of sealed secrets is missing", async () => {
  const cwd = folders.make();
  const said = await run(backup(), cwd);
  expect(said).toContain(`the journal is in ${join(cwd, "data")}: 1 entries`);
  expect(said).toContain("makes the projection anew");
  expect(said).toContain("secret.key is not there");
  expect(existsSync(join(cwd, "data/journal.db"))).toBe(true);

  const keyed = folders.make();
  expect(await run(backup(), keyed, { env: { LONGSTOP_SECRET_KEY: "k" } })).not.toContain(
    "secret.key",
  );
  const json = JSON.parse(await run(backup(), folders.make(), { json: true }));
  expect(json).toMatchObject({ entries: 1, keyFound: false });
});

test("each refusal has its exit code and says what helps", async () => {
  const cwd = folders.make();
  expect(await run("none.db", cwd)).toStartWith(`${EXIT.NOT_FOUND} `);
  const junk = join(cwd, "junk.db");
  writeFileSync(junk, "no database".repeat(100));
  expect(await run(junk, cwd)).toStartWith(`${EXIT.FAILED} ${junk} cannot be restored`);
  const file = backup();
  await run(file, cwd);
  const again = await run(file, cwd);
  expect(again).toStartWith(`${EXIT.CONFLICT} `);
  expect(again).toContain("Move the data folder away");
});
