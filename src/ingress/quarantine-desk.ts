import type { HeldDeps } from "./held.ts";
import { HeldRequests } from "./held.ts";
import { Quarantine, type QuarantineDeps } from "./quarantine.ts";
import { Releases, type ReleasesDeps } from "./releases.ts";

export type QuarantineDeskDeps = Omit<QuarantineDeps, "held"> &
  ReleasesDeps &
  Omit<HeldDeps, "releases">;

/** The quarantine's parts, wired: the way in, the way out, and who tries the way out for what is held. */
export class QuarantineDesk {
  readonly entrance: Quarantine;
  readonly releases: Releases;
  readonly #held: HeldRequests;

  constructor(deps: QuarantineDeskDeps) {
    this.releases = new Releases(deps);
    this.#held = new HeldRequests({ ...deps, releases: this.releases });
    this.entrance = new Quarantine({ ...deps, held: () => this.#held.nudge() });
  }

  start(): void {
    this.#held.start();
  }

  /** Once nothing more arrives: what waits to be written is written, what is being verified is done. */
  async stop(): Promise<void> {
    await this.entrance.stop();
    await this.#held.stop();
  }
}
