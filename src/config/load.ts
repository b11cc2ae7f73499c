import { type Clock, sleep, systemClock } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import { selfCommand } from "../base/self.ts";
import { isObject } from "./check.ts";
import type { Fault } from "./fault.ts";
import type { Checked } from "./schema.ts";
import type { Settings } from "./settings.ts";

export interface LoadRequest {
  /** Absolute. */
  readonly path: string;
  /** What `env()` reads, and `LONGSTOP_DATA`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface LoadDeps {
  readonly clock: Clock;
  /** The command line of a process that runs `runConfigChild`. */
  readonly command: (path: string) => string[];
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
const OUTPUT_WAIT_MS = 200;

type Child = Bun.Subprocess<"ignore", "pipe", "pipe">;

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
  const child = start(request, deps, resolve);
  if (!child.ok) return err([child.error]);
  const output = new Tail(child.value);
  const cancel = deps.clock.after(LOAD_MS_MAX, () => resolve({ kind: "late" }));
  const ending = await promise;
  cancel();
  child.value.kill("SIGKILL");
  await child.value.exited;
  // Something that it started may hold the pipes open for ever.
  await Promise.race([output.ended, sleep(deps.clock, OUTPUT_WAIT_MS)]);
  return conclude(ending, output.text);
}

function start(
  request: LoadRequest,
  deps: LoadDeps,
  end: (ending: Ending) => void,
): Result<Child, Fault> {
  try {
    const child = Bun.spawn(deps.command(request.path), {
      env: { ...request.environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      serialization: "advanced",
      ipc: (answer) => end({ kind: "answered", answer }),
      onExit: (_child, code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        // Its answer may still be on its way through the channel.
        deps.clock.soon(() => end({ kind: "ended", how }));
      },
    });
    return ok(child);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `could not be evaluated: its process could not be started (${why})`;
    return err({ path: "", given: null, allowed: "", message });
  }
}

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

/** The child runs code that is not ours beside our own: what it answers is not taken on trust. */
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
class Tail {
  readonly ended: Promise<unknown>;
  #text = "";

  constructor(child: Child) {
    this.ended = Promise.all([this.#follow(child.stdout), this.#follow(child.stderr)]);
  }

  get text(): string {
    return this.#text;
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#text = (this.#text + decoder.decode(chunk, { stream: true })).slice(-OUTPUT_CHARS_MAX);
    }
  }
}
