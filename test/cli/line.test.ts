import { expect, test } from "bun:test";
import type { Command } from "../../src/cli/command.ts";
import { commands, everywhere } from "../../src/cli/commands.ts";
import { EXIT, EXIT_CODES } from "../../src/cli/exit.ts";
import { systemIo } from "../../src/cli/io.ts";
import { parse } from "../../src/cli/parse.ts";
import { topics } from "../../src/cli/topics.ts";
import { terminal } from "./terminal.ts";

const OFFERED = [
  "serve",
  "dev",
  "check",
  "init",
  "events",
  "connections",
  "replay",
  "keys",
  "send",
  "tail",
  "bench",
  "simulate",
  "version",
];

/** Every command with the words that call it. */
function everyCommand(): { path: string[]; command: Command }[] {
  const under = (
    before: string[],
    list: readonly Command[],
  ): { path: string[]; command: Command }[] =>
    list.flatMap((command) => {
      const path = [...before, command.name];
      return [{ path, command }, ...under(path, command.commands ?? [])];
    });
  return under([], commands);
}

test("every promised command is there", () => {
  const names = commands.map(({ name }) => name);
  for (const name of OFFERED) expect(names).toContain(name);
});

for (const { path, command } of everyCommand()) {
  test(`\`${path.join(" ")}\` has a help page with usage and an example, no wider than 80 columns`, async () => {
    const [short, long, word] = [
      terminal({ columns: 80 }),
      terminal({ columns: 80 }),
      terminal({ columns: 80 }),
    ];
    expect(await short.run(...path, "-h")).toBe(EXIT.OK);
    expect(await long.run(...path, "--help")).toBe(EXIT.OK);
    expect(await word.run("help", ...path)).toBe(EXIT.OK);
    const text = short.stdout();
    expect(long.stdout()).toBe(text);
    expect(word.stdout()).toBe(text);
    expect(text).toContain(`longstop ${path.join(" ")}`);
    expect(command.examples ?? []).not.toBeEmpty();
    for (const line of text.split("\n")) {
      // Examples are to be copied and stay whole.
      if (!line.startsWith("  longstop ")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test(`\`${path.join(" ")}\` refuses an unknown option with exit code 2`, async () => {
    const pipe = terminal();
    expect(await pipe.run(...path, "--no-such-option")).toBe(EXIT.USAGE);
    expect(pipe.stderr()).toContain("--no-such-option");
    expect(pipe.stdout()).toBe("");
  });
}

test("every example of every page is a command line that is understood", async () => {
  const io = systemIo();
  for (const { command } of everyCommand()) {
    for (const [line] of command.examples ?? []) {
      const words = (line.split(/ [|>] /)[0] ?? "").match(/'[^']*'|\S+/g) ?? [];
      const argv = words.map((each) => each.replaceAll("'", ""));
      expect((await parse(argv, commands, everywhere, io)).kind).toBe("run");
    }
  }
});

test("no words, --help and help show what there is", async () => {
  for (const line of [[], ["--help"], ["-h"], ["help"]]) {
    const pipe = terminal();
    expect(await pipe.run(...line)).toBe(EXIT.OK);
    for (const name of OFFERED) expect(pipe.stdout()).toContain(`\n  ${name} `);
    expect(pipe.stderr()).toBe("");
  }
});

test("each topic has a page; exit codes are all on theirs", async () => {
  for (const { name } of topics) expect(await terminal().run("help", name)).toBe(EXIT.OK);
  const pipe = terminal();
  await pipe.run("help", "exit-codes");
  for (const [code, word] of EXIT_CODES)
    expect(pipe.stdout()).toMatch(new RegExp(`^ +${code} {2}${word} `, "m"));
});

test("exit codes are all different", () => {
  expect(new Set(EXIT_CODES.map(([code]) => code)).size).toBe(Object.keys(EXIT).length);
});

const MISSPELT: readonly [line: string[], said: string][] = [
  [["evnts"], "Did you mean events?"],
  [["subscribers"], "unknown command 'subscribers'"],
  [["simulate", "finlink"], "--to is missing"],
  [["events", "lst"], "Did you mean `events list`?"],
  [["events", "--statos", "failed"], "Did you mean --status?"],
  [
    ["events", "--status", "faild"],
    "--status <status>: 'faild' is not taken; it takes one of pending",
  ],
  [["connections", "list", "--status", "x"], "See `longstop help connections list`."],
  [["evnts", "--help"], "Did you mean events?"],
  [["subscribers", "--help"], "unknown command 'subscribers'"],
  [["simulate"], "It has: finlink."],
  [["events", "--limit", "0"], "whole number from 1"],
  [["events", "--since", "yesterday"], "a duration before now"],
  [["connections", "pause", "bank"], "missing required argument 'key'"],
  [["connections", "paus", "bank", "1"], "Did you mean `connections pause`?"],
  [["events", "show", "a", "b"], "too many arguments"],
  [["replay", "statsu"], "neither an event's id"],
  [["replay", "statsu", "rpl_1"], "Did you mean `replay status`?"],
  [["serve", "--public", "nonsense"], "<host>:<port>"],
  [["serve", "--public", "127.0.0.1:99999"], "<host>:<port>"],
  [["bench", "--seconds", "-1"], "whole number"],
  [["send"], "missing required argument 'provider'"],
  [["help", "evnts"], "Did you mean `longstop help events`?"],
  [["completions", "tcsh"], "<shell>: 'tcsh' is not taken; it takes one of bash, zsh, fish"],
  [["\u001b[2J"], "␛[2J"],
];
for (const [line, said] of MISSPELT) {
  test(`\`${JSON.stringify(line.join(" "))}\` is exit code 2 and tells the way`, async () => {
    const pipe = terminal();
    expect(await pipe.run(...line)).toBe(EXIT.USAGE);
    expect(pipe.stderr()).toContain(said);
    expect(pipe.stdout()).toBe("");
  });
}

test("a line that is not understood is told in JSON when that was asked for", async () => {
  const pipe = terminal();
  expect(await pipe.run("--json", "evnts")).toBe(EXIT.USAGE);
  expect(JSON.parse(pipe.stderr()).error).toMatchObject({
    exit: 2,
    code: "usage",
    message: "unknown command 'evnts'",
  });
});

test("colours are for terminals that want them, and for nobody else", async () => {
  const failing = (env: Record<string, string>, columns: number | null) => {
    const at = terminal({ env, columns });
    return at.run("evnts").then(at.stderr);
  };
  expect(await failing({}, 80)).toContain("\u001b[31m");
  expect(await failing({ NO_COLOR: "1" }, 80)).not.toContain("\u001b");
  expect(await failing({ TERM: "dumb" }, 80)).not.toContain("\u001b");
  expect(await failing({}, null)).not.toContain("\u001b");
});
