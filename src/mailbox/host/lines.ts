import type { Log, LogFields } from "../../base/log.ts";
import type { WireLine } from "./wire.ts";

/** What the team's code says, as lines of the log that nobody can take for the process's own. */
export class HostLines {
  readonly #log: Log;
  readonly #host: number;

  constructor(log: Log, host: number) {
    this.#log = log;
    this.#host = host;
  }

  /** From `ctx.log`, the console, or about an error that nobody caught. */
  line({ level, text, source, event, fields }: WireLine): void {
    const own: Record<string, LogFields[string]> = { from: "handler", host: this.#host };
    if (source !== null) own["source"] = source;
    if (event !== null) own["event"] = event;
    // Under a name of their own, so that a field called `level` or `event` cannot pass for ours.
    for (const [name, value] of Object.entries(fields ?? {})) own[`handler.${name}`] = value;
    this.#log[level](text, own);
  }

  output(stream: "stdout" | "stderr", line: string): void {
    this.#log.info(line, { from: "handler", host: this.#host, stream });
  }
}
