import { dirname, join } from "node:path";
import { textIn } from "../api.ts";
import type { Call, Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { moveFile } from "../move-file.ts";
import { wholeNumber } from "../options.ts";
import { toned } from "../style.ts";

/** A journal of a terabyte is copied in less, at half the pace of a slow disk. */
const ANSWER_MS_MAX = 24 * 3_600_000;

export const backup: Command = {
  name: "backup",
  summary: "make a proven copy of the journal while the server runs",
  about:
    "The server writes it into the data folder's `backups`, beside receiving; it has everything acknowledged before. --to moves it on, on the same machine. It is one file with all payloads. What opens sealed secrets is not in it: keep LONGSTOP_SECRET_KEY, or secret.key of the data folder, elsewhere.",
  options: [
    {
      flags: "--to <path>",
      summary: "move it there: a folder, or a new file; nothing is overwritten",
    },
    {
      flags: "--keep <count>",
      summary: "remove older backups beyond this many from the data folder (default: none)",
      read: wholeNumber(1, 1_000),
    },
  ],
  examples: [
    ["backup --keep 7", "once a day, for a week"],
    ["backup --to /mnt/backups", "onto another disk"],
  ],
  run,
};

async function run({ given, io, out, client }: Call): Promise<number> {
  const keep = given.number("keep");
  const api = await client();
  out.progress("Copying the journal …");
  const body = keep === undefined ? {} : { keep };
  const answer = await api.post("/v1/backup", body, ANSWER_MS_MAX).finally(() => out.settle());
  const made = textIn(answer, "file") ?? "";
  const to = given.text("to");
  const file = to === undefined ? made : await moveFile(made, io.cwd, to);
  if (out.json) {
    out.object({ ...answer, file });
    return EXIT.OK;
  }
  const removed = Array.isArray(answer["removed"]) ? answer["removed"].length : 0;
  out.fields([
    ["Backup", toned(file, "strong")],
    ["Size", `${String(answer["bytes"] ?? "")} bytes, ${String(answer["entries"] ?? "")} entries`],
    ["Took", `${String(answer["tookMs"] ?? "")} ms`],
    ["Removed", removed === 0 ? null : `${removed} older`],
  ]);
  const key = made === "" ? "secret.key" : join(dirname(dirname(made)), "secret.key");
  out.note(
    `Secrets that were registered at run time are sealed in it; LONGSTOP_SECRET_KEY, or ${key} where that is not set, opens them and is not in it: keep it apart.`,
  );
  return EXIT.OK;
}
