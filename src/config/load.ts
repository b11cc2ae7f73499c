import { type Clock, systemClock } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import { selfCommand } from "../base/self.ts";
import { isObject } from "./check.ts";
import type { Fault } from "./fault.ts";
import type { Checked } from "./schema.ts";
import type { Settings } from "./settings.ts";
import type { PresetNeeds } from "./source.ts";

export interface LoadRequest {
  /** Absolute. */
  readonly path: string;
  readonly presets: readonly PresetNeeds[];
  /** What `env()` reads, and `LONGSTOP_DATA`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface LoadDeps {
  readonly clock: Clock;
  /** The command line of a process that runs `runConfigChild`. */
  readonly command: (path: string) => string[];
}

export interface ConfigQuestion {
  readonly presets: readonly PresetNeeds[];
}

export type ConfigAnswer =
  | {
      readonly longstop: "settings";
      readonly settings: Settings;
      readonly warnings: readonly Fault[];
    }
  | { readonly longstop: "faults"; readonly faults: readonly Fault[] };

const realDeps: LoadDeps = {
  clock: systemClock,
  command: (path) => selfCommand(["__config", path]),
};

/** Generous: a module may fetch something at its top level. A reload waits for it and goes on as it was. */
const LOAD_MS_MAX = 20_000;
const OUTPUT_CHARS_MAX = 2_000;

/** What became of the child before anything else did. */
type Ending =
  | { readonly kind: "answered"; readonly answer: unknown }
  | { readonly kind: "ended"; readonly how: string }
  | { readonly kind: "late" };

/**
 * The settings of the configuration at `path`, evaluated in a process of its own: the team's modules can
 * neither block, break nor linger in this one, and each load sees them as they are now. Takes at most
 * 20 s; never rejects: a child that crashes, hangs or answers nonsense is a fault.
 */
export async function loadSettings(
  request: LoadRequest,
  deps: LoadDeps = realDeps,
): Promise<Result<Checked, Fault[]>> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  const child = Bun.spawn(deps.command(request.path), {
    env: { ...request.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    serialization: "advanced",
    ipc: (answer) => resolve({ kind: "answered", answer }),
    onExit: (_child, code, signal) =>
      // Its answer may still be on its way through the channel.
      deps.clock.soon(() =>
        resolve({
          kind: "ended",
          how: signal === null ? `with exit code ${code}` : `by ${signal}`,
        }),
      ),
  });
  const printed = Promise.all([tail(child.stdout), tail(child.stderr)]);
  const cancel = deps.clock.after(LOAD_MS_MAX, () => resolve({ kind: "late" }));
  try {
    const question: ConfigQuestion = { presets: request.presets.map(onlyNeeds) };
    child.send(question);
  } catch {
    // It is gone already: its exit says why.
  }
  const ending = await promise;
  cancel();
  child.kill("SIGKILL");
  await child.exited;
  return conclude(ending, (await printed).join(""));
}

/** Presets carry functions, which cannot cross a process. */
const onlyNeeds = ({ name, needs, bodyBytesMax }: PresetNeeds): PresetNeeds => ({
  name,
  needs,
  bodyBytesMax,
});

function conclude(ending: Ending, printed: string): Result<Checked, Fault[]> {
  const fault = (message: string): Result<Checked, Fault[]> =>
    err([{ path: "", given: printed.trim() || null, allowed: "", message }]);
  switch (ending.kind) {
    case "late":
      return fault(
        `was not evaluated within ${LOAD_MS_MAX / 1000} s: does a module wait for something at its top level?`,
      );
    case "ended":
      return fault(`could not be evaluated: the process that tried ended ${ending.how}`);
    case "answered":
      if (!isAnswer(ending.answer))
        return fault("could not be evaluated: the process that tried answered nonsense");
      if (ending.answer.longstop === "faults") return err([...ending.answer.faults]);
      return ok({ settings: ending.answer.settings, warnings: ending.answer.warnings });
  }
}

/** The team's modules run beside the answer's author, and could send something of their own by mistake. */
function isAnswer(value: unknown): value is ConfigAnswer {
  if (!isObject(value)) return false;
  if (value["longstop"] === "faults")
    return Array.isArray(value["faults"]) && value["faults"].length > 0;
  return (
    value["longstop"] === "settings" &&
    isObject(value["settings"]) &&
    Array.isArray(value["warnings"])
  );
}

/** The last of what it printed: where a crash explains itself. */
async function tail(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream)
    text = (text + decoder.decode(chunk, { stream: true })).slice(-OUTPUT_CHARS_MAX);
  return text;
}
