import { nearest } from "../config/nearest.ts";
import type { Client } from "./client.ts";
import type { Call } from "./command.ts";
import { commands, everywhere } from "./commands.ts";
import { connect } from "./connect.ts";
import type { CliDeps } from "./deps.ts";
import { CliFailure, EXIT, exitWord } from "./exit.ts";
import { pageOf, rootHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { Output } from "./output.ts";
import { type Meaning, parse } from "./parse.ts";
import { toned } from "./style.ts";
import { safeJson } from "./text.ts";
import { topics } from "./topics.ts";

/** Runs one command line (without the program's name) and answers its exit code. Never rejects. */
export async function runCli(argv: readonly string[], io: Io, deps: CliDeps): Promise<number> {
  const out = new Output(io, asksForJson(argv));
  try {
    const meaning = await understand(argv, io);
    if (meaning.kind === "help") {
      io.stdout(meaning.text);
      return EXIT.OK;
    }
    const { command, given } = meaning;
    let client: Promise<Client> | null = null;
    const call: Call = {
      given,
      io,
      deps,
      out,
      table: commands,
      everywhere,
      client: () => {
        client ??= connect(given, io, deps, out);
        return client;
      },
    };
    return (await command.run?.(call)) ?? EXIT.OK;
  } catch (failure) {
    return told(failure, out, io);
  }
}

/** Known before the line is understood, so that a fault in the line itself is told in JSON too. */
const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
};

async function understand(argv: readonly string[], io: Io): Promise<Meaning> {
  if (argv.length === 0) return { kind: "help", text: rootHelp(io.columns()) };
  if (argv[0] === "help") return { kind: "help", text: page(argv.slice(1), io) };
  const plain = argv[0] === "--version" || argv[0] === "-V" ? ["version", ...argv.slice(1)] : argv;
  return parse(plain, commands, everywhere, io);
}

function page(words: readonly string[], io: Io): string {
  const asked = words.filter((word) => !word.startsWith("-"));
  const text = pageOf(asked, io.columns());
  if (text !== undefined) return text;
  const names = [...commands.map((each) => each.name), ...topics.map((each) => each.name)];
  const near = nearest(asked[0] ?? "", names);
  throw new CliFailure(
    EXIT.USAGE,
    `there is no help on \`${asked.join(" ")}\``,
    near === undefined
      ? `There is on: ${names.join(", ")}.`
      : `Did you mean \`longstop help ${near}\`?`,
  );
}

function told(failure: unknown, out: Output, io: Io): number {
  const known = failure instanceof CliFailure ? failure : unforeseen(failure);
  if (out.json) {
    const error = {
      exit: known.exit,
      code: known.code ?? exitWord(known.exit),
      message: known.message,
      next: known.next,
    };
    io.stderr(`${safeJson({ error })}\n`);
    return known.exit;
  }
  const [first = "", ...rest] = known.message.split("\n");
  out.note(toned("error: ", "bad"), first);
  for (const line of rest) out.note(line);
  if (known.next !== null) out.note(known.next);
  return known.exit;
}

const unforeseen = (failure: unknown): CliFailure =>
  new CliFailure(
    EXIT.FAILED,
    failure instanceof Error ? (failure.stack ?? failure.message) : String(failure),
    "This is a fault of longstop itself; please report it with the lines above.",
  );
