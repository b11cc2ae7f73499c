import { format } from "node:util";
import { systemClock } from "../../base/clock.ts";
import { dieWithParent } from "../../base/orphan.ts";
import { evaluateConfig } from "../../config/evaluate.ts";
import { formatFaults } from "../../config/fault.ts";
import { presets } from "../../providers/index.ts";
import { HostLoop } from "./child/loop.ts";
import { Speaker } from "./child/speaker.ts";
import { readTeam } from "./child/team.ts";
import { TeamAnswers } from "./child/team-answers.ts";
import type { LineLevel, ToHost } from "./wire.ts";

/**
 * The life of a handler host: `longstop __host <configuration>`, started by the process with an IPC
 * channel. Loads the team's configuration, says whether that went well, then runs what it is given until
 * the channel closes. Never returns; ends with 1 when the configuration cannot be loaded, with 2 when it
 * is started by hand.
 */
export async function runHandlerHost(argv: readonly string[]): Promise<void> {
  const exit = process.exit.bind(process);
  const send = process.send?.bind(process);
  const configPath = argv[0];
  if (send === undefined || configPath === undefined) return exit(2);
  dieWithParent();
  process.on("disconnect", () => exit(0));
  // The process decides when its hosts end; a Ctrl-C or a service manager signals the whole group.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => undefined);
  const speaker = new Speaker(systemClock, (text) => send(text));
  closeChannelToTeam();

  const evaluated = await evaluateConfig(configPath, presets);
  if (!evaluated.ok) {
    speaker.ready([formatFaults(evaluated.error)]);
    // The message is on its way; the process ends this host once it has read it.
    systemClock.after(1000, () => exit(1));
    return;
  }
  const loop = new HostLoop(systemClock, speaker, readTeam(evaluated.value.config));
  process.on("uncaughtException", (error) => loop.stray(error, "exception"));
  process.on("unhandledRejection", (reason) => loop.stray(reason, "rejection"));
  takeConsole(loop, speaker);
  const answers = new TeamAnswers(evaluated.value.config, speaker);
  process.on("message", (message: ToHost) => {
    loop.receive(message);
    answers.receive(message);
  });
  speaker.ready(null);
}

/** Libraries that find `process.send` believe that they are somebody's worker, and start to talk. */
function closeChannelToTeam(): void {
  Object.assign(process, { send: undefined, disconnect: undefined });
}

/** `console.*` of the team's code becomes lines of the process's log, with the event whose handler wrote them. */
function takeConsole(loop: HostLoop, speaker: Speaker): void {
  const at =
    (level: LineLevel) =>
    (...values: unknown[]): void => {
      const job = loop.current();
      speaker.line({
        level,
        text: format(...values),
        source: job?.source ?? null,
        event: job?.id ?? null,
      });
    };
  const info = at("info");
  Object.assign(globalThis.console, {
    log: info,
    info,
    debug: at("debug"),
    warn: at("warn"),
    error: at("error"),
  });
}
