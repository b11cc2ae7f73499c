import { resolve } from "node:path";
import type { Command } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { CONFIG, DATA, wholeNumber } from "../options.ts";
import { toned } from "../style.ts";

/** Commands that need no running server. */

export const init: Command = {
  name: "init",
  summary: "write a first configuration into a folder",
  about:
    "Writes longstop.config.ts with comments, types for the editor, and .env.example. Never overwrites a file.",
  operands: [{ name: "folder", summary: "where (default: here)", required: false }],
  options: [
    {
      flags: "--provider <name>",
      summary: "begin with a source of this provider: stripe, github, …",
    },
  ],
  examples: [
    ["init", "in this folder"],
    ["init --provider stripe webhooks", "for Stripe, in ./webhooks"],
  ],
  run: async ({ given, io, deps, out }) => {
    const dir = resolve(io.cwd, given.operand(0) === "" ? "." : given.operand(0));
    const written = await deps.initFolder({ dir, provider: given.text("provider") ?? null });
    if (!written.ok) throw new CliFailure(EXIT.FAILED, written.error);
    if (out.json) out.object({ dir, files: written.value });
    else {
      for (const file of written.value) out.line(toned("✓ ", "good"), file);
      if (written.value.length === 0) out.note("Everything is there already; nothing was written.");
      const provider = given.text("provider") !== undefined;
      const into = dir === io.cwd ? "" : `cd ${given.operand(0)}; `;
      const variables = provider
        ? "cp .env.example .env, fill it in, `set -a; . ./.env; set +a`, then "
        : "";
      out.note(`Next: ${into}${variables}\`longstop check\` and \`longstop dev\`.`);
    }
    return EXIT.OK;
  },
};

export const bench: Command = {
  name: "bench",
  summary: "measure durable acknowledgements a second on this disk",
  about: "Works in a temporary folder beside the data; what is there is not touched.",
  options: [
    {
      flags: "--verify",
      summary: "afterwards, read everything back and check that nothing was lost",
    },
    { flags: "--seconds <count>", summary: "how long (default 10)", read: wholeNumber(1, 3_600) },
    {
      flags: "--clients <count>",
      summary: "senders at once (default 64)",
      read: wholeNumber(1, 4_096),
    },
    { flags: "--data <folder>", summary: "on this folder's disk (default: this folder's)" },
  ],
  examples: [["bench --verify --seconds 30 --data /var/lib/longstop", "the disk that counts"]],
  run: ({ given, deps, out }) =>
    deps.bench({
      verify: given.flag("verify"),
      seconds: given.number("seconds") ?? 10,
      clients: given.number("clients") ?? 64,
      data: given.text("data") ?? null,
      json: out.json,
    }),
};

export const doctor: Command = {
  name: "doctor",
  summary: "examine a data folder while no server runs on it",
  options: [
    { flags: "--rebuild", summary: "throw the projection away and build it again from the log" },
    CONFIG,
    DATA,
  ],
  examples: [
    [
      "doctor --data /var/lib/longstop",
      "check the log; bring the projection up to it, anew if it is damaged",
    ],
    ["doctor --rebuild", "after damage; nothing acknowledged is lost by it"],
  ],
  run: ({ given, deps, out }) =>
    deps.doctor({
      rebuild: given.flag("rebuild"),
      config: given.text("config") ?? null,
      data: given.text("data") ?? null,
      json: out.json,
    }),
};

export const version: Command = {
  name: "version",
  summary: "print the version of this program and of what it is built on",
  examples: [["version --json", "for a bug report"]],
  run: async ({ deps, out }) => {
    const { version: own, commit, bun, sqlite } = deps.version;
    if (out.json) out.object({ version: own, commit, bun, sqlite });
    else out.line(`longstop ${own} (commit ${commit}, Bun ${bun}, SQLite ${sqlite})`);
    return EXIT.OK;
  },
};
