import type { Command, Option } from "../command.ts";
import { bash } from "./bash.ts";
import { fish } from "./fish.ts";
import type { CompletedOption, Place } from "./place.ts";
import { zsh } from "./zsh.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A script for `bash`, `zsh` or `fish` that completes what the table of commands holds. */
export function completionScript(
  shell: string,
  table: readonly Command[],
  everywhere: readonly Option[],
): string {
  const common = [...everywhere, { flags: "-h, --help", summary: "show help" }].map(completed);
  const top: Place = {
    path: "",
    commands: [...table.map((each) => [each.name, each.summary] as const), ["help", "show help"]],
    options: common,
    operands: [],
  };
  const all = [top, ...table.flatMap((command) => placesOf(command, "", common))];
  if (shell === "bash") return bash(all);
  return shell === "zsh" ? zsh(all) : fish(all);
}

function placesOf(command: Command, before: string, common: readonly CompletedOption[]): Place[] {
  const path = `${before} ${command.name}`;
  const children = command.commands ?? [];
  const shown = children.find((each) => each.name === command.fallback) ?? command;
  const own: Place = {
    path,
    commands: children.map((each) => [each.name, each.summary]),
    options: [...(shown.options ?? []).map(completed), ...common],
    operands: shown.operands?.[0]?.choices ?? [],
  };
  return [own, ...children.flatMap((child) => placesOf(child, path, common))];
}

function completed({ flags, summary, choices }: Option): CompletedOption {
  const names = flags.match(/--?[a-z][a-z-]*/g) ?? [];
  const wanted = /<([^>]+)>/.exec(flags)?.[1];
  if (wanted === undefined) return { names, summary, value: "none" };
  return { names, summary, value: choices ?? (/^(file|folder)$/.test(wanted) ? "file" : "any") };
}
