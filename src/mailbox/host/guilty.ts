import type { Seq } from "../../base/ids.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Death } from "./death.ts";
import type { Run } from "./run.ts";

/** Positions that ended a host they were alone in: tried again, they are kept away from the others. */
export class Guilty {
  readonly #log: Log;
  readonly #positions = new Set<Seq>();

  constructor(log: Log) {
    this.#log = log;
  }

  has(position: Seq): boolean {
    return this.#positions.has(position);
  }

  /** It was alone in a host that never ran anything else, and the host is dead: it was this one. */
  convict(run: Run, death: Death): void {
    const { code, message } = death;
    const { id, source } = run.job.event;
    this.#log.warn(`A handler ended its host: ${message}`, { event: id, source, code });
    this.#add(run.job.position);
    run.answer({ kind: "threw", error: { code, message } });
  }

  clear(position: Seq): void {
    this.#positions.delete(position);
  }

  /** Beyond the bound the one longest ago is forgotten; it then costs one more shared host. */
  #add(position: Seq): void {
    this.#positions.delete(position);
    this.#positions.add(position);
    if (this.#positions.size <= LIMITS.GUILTY_POSITIONS_MAX) return;
    for (const oldest of this.#positions) {
      this.#positions.delete(oldest);
      return;
    }
  }
}
