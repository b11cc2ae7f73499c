import type { Seq } from "../../base/ids.ts";
import { LIMITS } from "../../base/limits.ts";

/** Positions that ended a host they were alone in: tried again, they are kept away from the others. */
export class Guilty {
  readonly #positions = new Set<Seq>();

  has(position: Seq): boolean {
    return this.#positions.has(position);
  }

  /** Beyond the bound the one longest ago is forgotten; it then costs one more shared host. */
  add(position: Seq): void {
    this.#positions.delete(position);
    this.#positions.add(position);
    if (this.#positions.size <= LIMITS.GUILTY_POSITIONS_MAX) return;
    for (const oldest of this.#positions) {
      this.#positions.delete(oldest);
      return;
    }
  }

  clear(position: Seq): void {
    this.#positions.delete(position);
  }
}
