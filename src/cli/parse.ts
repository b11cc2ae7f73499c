import {
  Argument,
  CommanderError,
  InvalidArgumentError,
  Command as Parser,
  Option as ParserOption,
} from "commander";
import { nearest } from "../config/nearest.ts";
import { type Command, Given, InvalidValue, type Operand, type Option } from "./command.ts";
import { CliFailure, EXIT } from "./exit.ts";
import { commandHelp, rootHelp } from "./help.ts";
import type { Io } from "./io.ts";

/** What a command line means: a command to run, or a page to show. */
export type Meaning =
  | { readonly kind: "run"; readonly command: Command; readonly given: Given }
  | { readonly kind: "help"; readonly text: string };

/**
 * Reads a command line by the table. Throws a `CliFailure` of exit code 2 with the nearest right name
 * when it cannot be understood.
 */
export async function parse(
  argv: readonly string[],
  table: readonly Command[],
  everywhere: readonly Option[],
  io: Io,
): Promise<Meaning> {
  const found: { meaning: Meaning | null } = { meaning: null };
  const help: string[] = [];
  const root = new Parser("longstop")
    .exitOverride()
    .configureOutput({ writeOut: (text) => void help.push(text), writeErr: () => {} })
    .configureHelp({ formatHelp: () => rootHelp(io.columns()) })
    .helpCommand(false)
    .helpOption("-h, --help", "show this page");
  for (const option of everywhere) root.addOption(optionOf(option, io));
  const meant = (meaning: Meaning): void => {
    found.meaning = meaning;
  };
  for (const command of table) add(root, command, command.name, { io, meant, siblings: null });
  try {
    await root.parseAsync([...argv], { from: "user" });
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    if (failure.code === "commander.help") throw unfinished(argv, table);
    const stray = help.length > 0 ? strayWord(argv, table) : undefined;
    if (stray !== undefined) throw stray;
    if (help.length > 0) return { kind: "help", text: help.join("") };
    throw misunderstood(failure, argv, table);
  }
  return found.meaning ?? { kind: "help", text: rootHelp(io.columns()) };
}

interface Building {
  readonly io: Io;
  readonly meant: (meaning: Meaning) => void;
  /** Of the group whose fallback this is: a word too many is likely a misspelt one of these. */
  readonly siblings: readonly Command[] | null;
}

function add(
  parent: Parser,
  command: Command,
  path: string,
  building: Building,
  isDefault = false,
): void {
  const { io, meant, siblings } = building;
  const parser = new Parser(command.name)
    .copyInheritedSettings(parent)
    .configureHelp({ formatHelp: () => commandHelp(path, command, io.columns()) });
  for (const operand of command.operands ?? []) parser.addArgument(argumentOf(operand));
  for (const option of command.options ?? []) parser.addOption(optionOf(option, io));
  for (const child of command.commands ?? []) {
    const fallback = child.name === command.fallback;
    add(
      parser,
      child,
      `${path} ${child.name}`,
      { io, meant, siblings: fallback ? (command.commands ?? []) : null },
      fallback,
    );
  }
  if (command.run !== undefined) {
    parser.allowExcessArguments(siblings !== null).action(() => {
      const operands = command.operands ?? [];
      const extra = operands.at(-1)?.many ? undefined : parser.args[operands.length];
      if (extra !== undefined)
        throw unknownWord(
          siblings === null ? extra : (parser.args[0] ?? extra),
          path,
          siblings ?? [],
        );
      meant({
        kind: "run",
        command,
        given: new Given(parser.processedArgs, parser.optsWithGlobals()),
      });
    });
  }
  parent.addCommand(parser, { isDefault });
}

function unknownWord(word: string, path: string, siblings: readonly Command[]): CliFailure {
  const group = path.split(" ").slice(0, -1).join(" ");
  const near = nearest(
    word,
    siblings.map((each) => each.name),
  );
  const names = siblings.map((each) => each.name).join(", ");
  return new CliFailure(
    EXIT.USAGE,
    `\`${group}\` has no command \`${word}\``,
    near === undefined
      ? `It has: ${names}.`
      : `Did you mean \`${group} ${near}\`? It has: ${names}.`,
  );
}

/** Help on a command that does not exist is not the help of everything. */
function strayWord(argv: readonly string[], table: readonly Command[]): CliFailure | undefined {
  const [word = ""] = argv;
  if (word.startsWith("-") || table.some((each) => each.name === word)) return undefined;
  const near = nearest(
    word,
    table.map((each) => each.name),
  );
  return new CliFailure(
    EXIT.USAGE,
    `unknown command '${word}'`,
    `${near === undefined ? "" : `Did you mean ${near}? `}See \`longstop --help\`.`,
  );
}

/** A group without one of its commands. */
function unfinished(argv: readonly string[], table: readonly Command[]): CliFailure {
  const group = table.find((each) => argv.includes(each.name));
  const names = (group?.commands ?? []).map((each) => each.name).join(", ");
  const own = group?.name ?? "longstop";
  return new CliFailure(
    EXIT.USAGE,
    `\`${own}\` needs one of its commands`,
    `It has: ${names}. See \`longstop help ${own}\`.`,
  );
}

/** The parser's complaint in our form: what is wrong, and then where to look. */
function misunderstood(
  failure: CommanderError,
  argv: readonly string[],
  table: readonly Command[],
): CliFailure {
  const [complaint = "", suggestion = ""] = failure.message.replace(/^error: /, "").split("\n");
  const page = pageFor(argv, table);
  const near = /^\((.*)\)$/.exec(suggestion)?.[1];
  return new CliFailure(
    EXIT.USAGE,
    plainly(complaint),
    `${near === undefined ? "" : `${near} `}See \`${page}\`.`,
  );
}

/** The page of the command that was meant, and of the one below it where it was named. */
function pageFor(argv: readonly string[], table: readonly Command[]): string {
  const command = table.find((each) => argv.includes(each.name));
  if (command === undefined) return "longstop --help";
  const below = command.commands?.find((each) => argv.includes(each.name));
  return `longstop help ${command.name}${below === undefined ? "" : ` ${below.name}`}`;
}

const OPTION_REFUSED = /^option '(.*?)' argument '(.*)' is invalid\. (.*?)\.?$/s;
const OPERAND_REFUSED =
  /^command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*?)\.?$/s;

/** A value that is not taken, as a person would say it: where, what was given, what is taken. */
function plainly(complaint: string): string {
  const [, option = "", value = "", takes = ""] = OPTION_REFUSED.exec(complaint) ?? [];
  if (takes !== "") return `${option}: '${value}' is not taken; ${remedy(takes)}`;
  const [, given = "", operand = "", instead = ""] = OPERAND_REFUSED.exec(complaint) ?? [];
  if (instead !== "") return `<${operand}>: '${given}' is not taken; ${remedy(instead)}`;
  return complaint.replace(/\.$/, "");
}

const remedy = (text: string): string => text.replace(/^Allowed choices are/, "it takes one of");

function argumentOf(operand: Operand): Argument {
  const name = `${operand.name}${operand.many ? "..." : ""}`;
  const argument = new Argument(operand.required ? `<${name}>` : `[${name}]`, operand.summary);
  return operand.choices === undefined ? argument : argument.choices([...operand.choices]);
}

function optionOf({ flags, summary, choices, many, read }: Option, io: Io): ParserOption {
  const option = new ParserOption(flags, summary);
  if (choices !== undefined) return option.choices([...choices]);
  if (read === undefined && many !== true) return option;
  return option.argParser((text: string, before: unknown) => {
    const value = readValue(read, text, io);
    return many === true ? [...(Array.isArray(before) ? before : []), value] : value;
  });
}

function readValue(read: Option["read"], text: string, io: Io): string | number {
  try {
    return read === undefined ? text : read(text, io);
  } catch (fault) {
    if (fault instanceof InvalidValue) throw new InvalidArgumentError(fault.message);
    throw fault;
  }
}
