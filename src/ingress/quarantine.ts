import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { problem } from "../base/problems.ts";
import type { RequestFact } from "../journal/facts.ts";
import type { KeptRequest, QuarantineId, QuarantineStore } from "../journal/quarantine.ts";
import type { VerifyFailure } from "../providers/provider.ts";
import { Allowance } from "./allowance.ts";
import { requestOf } from "./enter.ts";
import type { Arrived } from "./inbound.ts";
import { heldReceipt } from "./receipt.ts";
import type { Source } from "./sources.ts";

export interface QuarantineDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<QuarantineStore, "keep">;
  /** A request is held from now on. */
  held(): void;
  /** What fails verification in `dev` fails because somebody is trying it out. */
  development(): boolean;
}

/** What a request on its way takes beside its body, about: its headers. */
const WAITING_BYTES_MIN = 4 * 2 ** 10;

interface Waiting {
  readonly kept: KeptRequest;
  told(id: QuarantineId | null): void;
  refused(error: unknown): void;
}

/**
 * Where requests go that could not be verified. One that failed is answered at once and written down
 * behind the answer, as far as rate and memory allow. One whose keys cannot be asked for is held, where
 * its source says so: written and synced, and only then acknowledged. Writes of one turn, and all that
 * come while the log's thread is busy with one, are one transaction.
 */
export class Quarantine {
  readonly #deps: QuarantineDeps;
  readonly #allowances = new Map<string, Allowance>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;

  constructor(deps: QuarantineDeps) {
    this.#deps = deps;
  }

  /** The answer to a request that is not verified. Rejects with `JournalRefused`. */
  unproven(
    inbound: Arrived,
    headers: RequestFact["headers"],
    source: Source,
    failure: VerifyFailure,
  ): Response | Promise<Response> {
    const { code, detail } = failure;
    const held = code === "keys_unavailable";
    if (held && source.holds) return this.#hold(inbound, headers, source, failure);
    if (!held && !isProbe(inbound, source) && this.#mayKeep(inbound, source)) {
      // Nothing was promised for it: that it cannot be written is of no concern to its sender.
      this.#write(keptOf(inbound, headers, source, failure, false)).catch((error: unknown) => {
        this.#deps.log.debug("a refused request was not kept", { error: String(error) });
      });
    }
    return problem(code, detail);
  }

  /** What waits is written before it resolves. */
  async stop(): Promise<void> {
    await this.#writing;
  }

  async #hold(
    inbound: Arrived,
    headers: RequestFact["headers"],
    source: Source,
    failure: VerifyFailure,
  ): Promise<Response> {
    if (this.#waitingBytes > LIMITS.HELD_WAITING_BYTES_MAX) return problem("overloaded");
    const id = await this.#write(keptOf(inbound, headers, source, failure, true));
    if (id === null) return problem("keys_unavailable");
    this.#deps.held();
    return heldReceipt(source.provider.acceptedStatus);
  }

  #mayKeep({ body }: Arrived, { name }: Source): boolean {
    if (this.#deps.development()) return false;
    if (this.#waitingBytes > LIMITS.QUARANTINE_WAITING_BYTES_MAX) return false;
    const now = this.#deps.clock.monotonic();
    let allowance = this.#allowances.get(name);
    if (allowance === undefined) {
      allowance = new Allowance(LIMITS.QUARANTINE_PER_SECOND, now);
      this.#allowances.set(name, allowance);
    }
    return allowance.take(body.byteLength, now);
  }

  #write(kept: KeptRequest): Promise<QuarantineId | null> {
    return new Promise((told, refused) => {
      this.#waiting.push({ kept, told, refused });
      this.#waitingBytes += WAITING_BYTES_MIN + kept.body.byteLength;
      this.#writing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    await new Promise<void>((resolve) => this.#deps.clock.soon(resolve));
    while (this.#waiting.length > 0) await this.#writeTogether(this.#waiting.splice(0));
    this.#writing = null;
  }

  async #writeTogether(together: readonly Waiting[]): Promise<void> {
    try {
      const ids = await this.#deps.store.keep(together.map(({ kept }) => kept));
      together.forEach(({ told }, place) => void told(ids[place] ?? null));
    } catch (error) {
      for (const { refused } of together) refused(error);
    }
    for (const { kept } of together) this.#waitingBytes -= WAITING_BYTES_MIN + kept.body.byteLength;
  }
}

/** Of a large body nothing is parsed that is not verified. */
const isProbe = (inbound: Arrived, { provider }: Source): boolean =>
  inbound.body.byteLength <= LIMITS.BODY_BYTES_SMALL && provider.probes?.(inbound) === true;

const keptOf = (
  inbound: Arrived,
  headers: RequestFact["headers"],
  source: Source,
  { code, detail }: VerifyFailure,
  held: boolean,
): KeptRequest => ({
  source: source.name,
  at: inbound.receivedAt,
  code,
  detail,
  held,
  request: requestOf(inbound, headers),
  body: inbound.body,
});
