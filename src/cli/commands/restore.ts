import type { Command } from "../command.ts";
import { CONFIG, DATA } from "../options.ts";

export const restore: Command = {
  name: "restore",
  summary: "put a backup in the place of a journal that is gone, while no server runs",
  about:
    "Never overwrites a journal. The file is looked through before it takes its place. At the next start the projection is made anew, and providers that can be asked are asked for what came since; what was settled since is handled again.",
  operands: [{ name: "file", summary: "what `longstop backup` made", required: true }],
  options: [CONFIG, DATA],
  examples: [
    ["restore /mnt/backups/journal-2026-03-01T08-30-00.000Z.db", "into the configured data folder"],
    ["restore backup.db --data /var/lib/longstop", "into this one"],
  ],
  run: ({ given, deps, out }) =>
    deps.restore({
      file: given.operand(0),
      config: given.text("config") ?? null,
      data: given.text("data") ?? null,
      json: out.json,
    }),
};
