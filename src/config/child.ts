import { LIMITS } from "../base/limits.ts";
import { evaluateConfig } from "./evaluate.ts";
import type { ConfigAnswer } from "./load.ts";
import type { PresetNeeds } from "./source.ts";

/**
 * The hidden command `__config <path>`: imports the configuration in a process of its own, answers its
 * parent once over IPC, and waits to be ended. `argv`: the path, absolute.
 */
export async function runConfigChild(
  argv: readonly string[],
  presets: readonly PresetNeeds[],
): Promise<void> {
  const path = argv[0];
  const send = process.send?.bind(process);
  if (path === undefined || send === undefined) {
    process.exitCode = 2;
    return;
  }
  process.once("disconnect", () => process.exit(0));
  // Libraries that find `process.send` believe that they are somebody's worker, and start to talk.
  Object.assign(process, { send: undefined, disconnect: undefined });
  const evaluated = await evaluateConfig(path, presets);
  const answer: ConfigAnswer = evaluated.ok
    ? {
        longstop: "settings",
        settings: evaluated.value.settings,
        warnings: evaluated.value.warnings,
      }
    : { longstop: "faults", faults: evaluated.error.slice(0, LIMITS.PAGE_ROWS_MAX) };
  // Whatever the team's modules left running ends with this process: the parent kills it on the answer.
  send(answer);
}
