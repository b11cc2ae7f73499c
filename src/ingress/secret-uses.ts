import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Journal } from "../journal/journal.ts";
import type { SourceTable } from "./sources.ts";

const EVERY_MS = 60_000;

export interface SecretUsesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Pick<Journal, "record">;
  readonly sources: Pick<SourceTable, "takeSecretUses">;
}

/** Journals, once a minute, which secrets matched: so that an old one can be retired once nobody uses it. */
export class SecretUses {
  readonly #deps: SecretUsesDeps;
  #cancel: () => void = () => {};

  constructor(deps: SecretUsesDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(
      EVERY_MS,
      () => void this.#write().then(() => this.start()),
    );
  }

  /** What matched since the last minute is written before it resolves. */
  async stop(): Promise<void> {
    this.#cancel();
    await this.#write();
  }

  async #write(): Promise<void> {
    const { journal, sources, log } = this.#deps;
    const uses = sources
      .takeSecretUses()
      .map(({ at, source, fingerprint }) =>
        journal.record({ kind: "secret_used", at, source, fingerprint }),
      );
    for (const result of await Promise.allSettled(uses)) {
      // Only a figure for people: it is not worth a second try.
      if (result.status === "rejected")
        log.debug("a secret's use was not journaled", { error: String(result.reason) });
    }
  }
}
