import type { Command, Operand, Option } from "./command.ts";
import { commands, everywhere } from "./commands.ts";
import { pad, widthOf } from "./text.ts";
import { type Topic, topics } from "./topics.ts";

const WIDTH_DEFAULT = 80;
const WIDTH_MAX = 100;
/** Left column of a list; a longer entry gets a line of its own. */
const LEFT_MAX = 30;

/** The first page: what this is, and every command in one line. */
export function rootHelp(columns: number | null): string {
  const width = widthOr(columns);
  return sections([
    wrapped(
      "Longstop receives webhooks, keeps every one it acknowledged, and hands them to your code in order, once per connection.",
      "",
      width,
    ),
    titled("Usage", "  longstop <command> [options]"),
    titled(
      "Commands",
      rows(
        commands.map((command) => [command.name, command.summary]),
        width,
      ),
    ),
    titled("Everywhere", optionRows([...everywhere, HELP], width)),
    titled(
      "Examples",
      examples(
        [
          ["init --provider stripe", "a first configuration"],
          ["dev", "try it, in one terminal"],
          ["send github push", "a signed sample, from another"],
          ["events --status failed", "what went wrong"],
        ],
        width,
      ),
    ),
    titled(
      "More",
      rows(
        [
          ["longstop help <command>", "about one command"],
          ...topics.map((topic): [string, string] => [
            `longstop help ${topic.name}`,
            topic.summary,
          ]),
        ],
        width,
      ),
    ),
  ]);
}

/** The page of one command; `path` is how it is called, e.g. `events list`. */
export function commandHelp(path: string, command: Command, columns: number | null): string {
  const width = widthOr(columns);
  const fallback = command.commands?.find((each) => each.name === command.fallback);
  const shown = fallback ?? command;
  return sections([
    wrapped(
      `${sentence(command.summary)}${command.about === undefined ? "" : ` ${command.about}`}`,
      "",
      width,
    ),
    titled("Usage", usage(path, command, fallback)),
    command.commands === undefined
      ? ""
      : titled(
          "Commands",
          rows(
            command.commands.map((each) => [
              each.name,
              each === fallback ? `${each.summary} (when no command is named)` : each.summary,
            ]),
            width,
          ),
        ),
    (shown.operands ?? []).length === 0
      ? ""
      : titled(
          "Operands",
          rows(
            (shown.operands ?? []).map((each) => [operandName(each), withChoices(each)]),
            width,
          ),
        ),
    (shown.options ?? []).length === 0
      ? ""
      : titled(
          fallback === undefined ? "Options" : `Options of \`${path} ${fallback.name}\``,
          optionRows(shown.options ?? [], width),
        ),
    titled("Everywhere", optionRows([...everywhere, HELP], width)),
    (command.examples ?? []).length === 0
      ? ""
      : titled("Examples", examples(command.examples ?? [], width)),
  ]);
}

/** The page of a topic or command by its words; `undefined` when there is none. */
export function pageOf(words: readonly string[], columns: number | null): string | undefined {
  if (words.length === 0) return rootHelp(columns);
  const topic: Topic | undefined =
    words.length === 1 ? topics.find((each) => each.name === words[0]) : undefined;
  if (topic !== undefined) return topicPage(topic, widthOr(columns));
  let found: Command | undefined;
  let among: readonly Command[] = commands;
  for (const word of words) {
    found = among.find((each) => each.name === word);
    if (found === undefined) return undefined;
    among = found.commands ?? [];
  }
  return found === undefined ? undefined : commandHelp(words.join(" "), found, columns);
}

const topicPage = ({ before, rows: lines, after }: Topic, width: number): string =>
  sections([
    wrapped(before, "", width),
    rows(lines, width),
    after === "" ? "" : wrapped(after, "", width),
  ]);

const HELP: Option = { flags: "-h, --help", summary: "show this page" };
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const widthOr = (columns: number | null): number => Math.min(columns ?? WIDTH_DEFAULT, WIDTH_MAX);
const sections = (parts: readonly string[]): string =>
  `${parts.filter((part) => part !== "").join("\n\n")}\n`;
const titled = (title: string, body: string): string => `${title}\n${body}`;
const operandName = (operand: Operand): string =>
  operand.required ? `<${operand.name}>` : `[${operand.name}]`;
const withChoices = ({
  summary,
  choices,
}: {
  summary: string;
  choices?: readonly string[];
}): string => (choices === undefined ? summary : `${summary}: ${choices.join(", ")}`);

function usage(path: string, command: Command, fallback: Command | undefined): string {
  const own = (each: Command, name: string): string =>
    [
      "  longstop",
      name,
      ...(each.operands ?? []).map(operandName),
      ...((each.options ?? []).length > 0 ? ["[options]"] : []),
    ].join(" ");
  if (command.commands === undefined) return own(command, path);
  return [
    `  longstop ${path} <command> …`,
    ...(fallback === undefined ? [] : [own(fallback, path)]),
  ].join("\n");
}

const optionRows = (options: readonly Option[], width: number): string =>
  rows(
    options.map((option) => [option.flags, withChoices(option)]),
    width,
  );

const examples = (lines: readonly (readonly [string, string])[], width: number): string =>
  lines
    .map(([line, what]) => `${wrapped(`# ${what}`, "  ", width)}\n  longstop ${line}`)
    .join("\n");

function rows(lines: readonly (readonly [string, string])[], width: number): string {
  const left = Math.min(LEFT_MAX, Math.max(...lines.map(([name]) => widthOf(name))));
  const indent = " ".repeat(left + 4);
  return lines
    .map(([name, what]) => {
      const text = wrapped(what, indent, width);
      return widthOf(name) > left
        ? `  ${name}\n${text}`
        : `  ${pad(name, left)}  ${text.trimStart()}`;
    })
    .join("\n");
}

/** Breaks at spaces so that no line is wider than `width` (a single longer word stays whole). */
function wrapped(text: string, indent: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(indent) + widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line].join("\n");
}
