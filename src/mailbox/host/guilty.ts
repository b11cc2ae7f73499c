import type { Clock } from "../../base/clock.ts";
import type { Seq } from "../../base/ids.ts";
import { LIMITS } from "../../base/limits.ts";
import type { Log } from "../../base/log.ts";
import type { Job } from "../handlers.ts";
import type { Death } from "./death.ts";
import type { Run } from "./run.ts";

/** A source is held against for this long after what it did last, ms. */
const SOURCE_MS = 10 * 60_000;
/** Sources remembered; beyond them the one longest ago is forgotten. */
const SOURCES_MAX = 1_000;
/** So many clean runs at most clear a source, however often its events ended a host. */
const WEIGHT_MAX = 8;

/** In the order in which suspects are run: of a source that nothing is held against, of another, found guilty itself. */
export type Rank = 0 | 1 | 2;

interface Held {
  readonly weight: number;
  /** By the monotonic reading. */
  readonly until: number;
}

/**
 * Positions that ended a host they were alone in, and the sources they came from: they are kept away from
 * the others. A position is guilty until it runs clean. A source is for ten minutes, since its next event
 * meets the same handler, and each clean run apart counts for it.
 */
export class Guilty {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #positions = new Set<Seq>();
  readonly #sources = new Map<string, Held>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  has(position: Seq): boolean {
    return this.#positions.has(position);
  }

  rank(job: Job): Rank {
    if (this.#positions.has(job.position)) return 2;
    return this.#against(job.event.source) > 0 ? 1 : 0;
  }

  /** It was alone in a host that never ran anything else, and the host is dead: it was this one. */
  convict(run: Run, death: Death): void {
    const { code, message } = death;
    const { id, source } = run.job.event;
    this.#log.warn(`A handler ended its host: ${message}`, { event: id, source, code });
    remember(this.#positions, run.job.position);
    this.accuse(source);
    run.answer({ kind: "threw", error: { code, message } });
  }

  /** An event of this source did, alone, what would have ended a shared host. */
  accuse(source: string): void {
    const weight = Math.min(this.#against(source) + 1, WEIGHT_MAX);
    this.#sources.delete(source);
    this.#sources.set(source, { weight, until: this.#clock.monotonic() + SOURCE_MS });
    if (this.#sources.size > SOURCES_MAX) deleteOldest(this.#sources);
  }

  /** It ran apart and did no harm. */
  clear(job: Job): void {
    this.#positions.delete(job.position);
    const { source } = job.event;
    const held = this.#sources.get(source);
    if (held === undefined) return;
    if (held.weight <= 1) this.#sources.delete(source);
    else this.#sources.set(source, { ...held, weight: held.weight - 1 });
  }

  #against(source: string): number {
    const held = this.#sources.get(source);
    if (held === undefined) return 0;
    if (this.#clock.monotonic() < held.until) return held.weight;
    this.#sources.delete(source);
    return 0;
  }
}

/** Beyond the bound the one longest ago is forgotten; it then costs one more shared host. */
function remember(positions: Set<Seq>, position: Seq): void {
  positions.delete(position);
  positions.add(position);
  if (positions.size > LIMITS.GUILTY_POSITIONS_MAX) deleteOldest(positions);
}

function deleteOldest<Key>(of: { keys(): Iterable<Key>; delete(key: Key): boolean }): void {
  for (const oldest of of.keys()) {
    of.delete(oldest);
    return;
  }
}
