import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type RestoreRefused, restoreJournal } from "../journal/restore.ts";
import { KEY_FILE } from "../outbound/seal-key.ts";
import { folderOf } from "./data-folder.ts";
import type { RestoreOptions } from "./deps.ts";
import { CliFailure, EXIT, type ExitCode } from "./exit.ts";
import type { Io } from "./io.ts";
import { safeLine } from "./text.ts";

const CODES: Readonly<Record<RestoreRefused["code"], ExitCode>> = {
  in_use: EXIT.CONFLICT,
  exists: EXIT.CONFLICT,
  not_found: EXIT.NOT_FOUND,
  unfit: EXIT.FAILED,
  failed: EXIT.FAILED,
};

/** Puts a backup into a data folder that has no journal, and says what follows from it. */
export async function restore(options: RestoreOptions, io: Io): Promise<number> {
  const { dataDir } = await folderOf(options, io);
  const restored = restoreJournal(resolve(io.cwd, options.file), dataDir);
  if (!restored.ok) {
    const { code, detail } = restored.error;
    throw new CliFailure(CODES[code], detail, null, code);
  }
  const { entries, lastAt } = restored.value;
  const lastEntryAt = lastAt === null ? null : new Date(lastAt).toISOString();
  const sealed = io.env["LONGSTOP_SECRET_KEY"] || existsSync(join(dataDir, KEY_FILE));
  if (options.json) {
    io.stdout(`${JSON.stringify({ dataDir, entries, lastEntryAt, keyFound: Boolean(sealed) })}\n`);
    return EXIT.OK;
  }
  const say = (line: string): void => io.stdout(`${safeLine(line)}\n`);
  say(`✓ the journal is in ${dataDir}: ${entries} entries, the last of ${lastEntryAt ?? "never"}`);
  say("  The next start makes the projection anew, and asks providers for what came since then.");
  say("  What was settled since then is handled again: keep handlers idempotent by event.id.");
  if (!sealed)
    say(
      `! ${join(dataDir, KEY_FILE)} is not there and LONGSTOP_SECRET_KEY is not set: without the old key, secrets that were registered at run time cannot be opened. Put it back before the start, which makes a new one.`,
    );
  return EXIT.OK;
}
