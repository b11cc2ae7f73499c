import type { Clock, Millis } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { EndpointId, OwedDelivery } from "../journal/sending.ts";
import type { SendingFact } from "../journal/sending-facts.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Verdict } from "./judge.ts";
import type { Parcel } from "./parcel.ts";
import type { Recorder } from "./recorder.ts";
import type { Sent } from "./sender.ts";
import {
  BODY_GONE,
  cancelledFact,
  disabledFact,
  disablingReason,
  isFailing,
  triedFact,
  untried,
} from "./tried.ts";

export interface OutcomesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: Pick<Recorder, "keep">;
  /** Since when an endpoint has only failed. */
  readonly failing: Map<EndpointId, Millis>;
  /** Journaled: it is to get nothing any more. */
  disabled(id: EndpointId, reason: string): void;
}

/**
 * Writes down what came of tries, and what follows for the endpoint, in one commit. Each answers `false` when the
 * journal takes nothing any more, since the process is ending.
 */
export class Outcomes {
  readonly #deps: OutcomesDeps;

  constructor(deps: OutcomesDeps) {
    this.#deps = deps;
  }

  /** All of one request share its verdict. */
  async tried(
    endpoint: Endpoint,
    parcels: readonly Parcel[],
    sent: Sent,
    verdict: Verdict,
  ): Promise<boolean> {
    const at = this.#deps.clock.now();
    const facts = parcels.map(({ delivery }) =>
      triedFact(delivery, endpoint.id, sent, verdict, at),
    );
    return this.#judged(endpoint, facts, verdict, at);
  }

  /** The window of its last try is over. */
  async unconfirmed(endpoint: Endpoint, late: OwedDelivery, verdict: Verdict): Promise<boolean> {
    const at = this.#deps.clock.now();
    return this.#judged(endpoint, [untried(late, endpoint.id, verdict, at)], verdict, at);
  }

  /** Retention was faster: nothing is left of the body, or of the event. */
  async unsendable(
    { id }: Endpoint,
    emptied: readonly OwedDelivery[],
    gone: readonly OwedDelivery[],
  ): Promise<boolean> {
    const at = this.#deps.clock.now();
    return this.#deps.recorder.keep([
      ...emptied.map((delivery) => untried(delivery, id, BODY_GONE, at)),
      ...gone.map((delivery) => cancelledFact(delivery, id, at)),
    ]);
  }

  async #judged(
    { id, name, status }: Endpoint,
    tried: readonly SendingFact[],
    verdict: Verdict,
    at: Millis,
  ): Promise<boolean> {
    const { failing, log, recorder } = this.#deps;
    if (verdict.kind === "delivered") failing.delete(id);
    else if (isFailing(verdict) && !failing.has(id)) failing.set(id, at);
    const reason =
      status === "disabled" ? null : disablingReason(verdict, failing.get(id) ?? null, at);
    const facts = reason === null ? tried : [...tried, disabledFact(id, reason, at)];
    if (!(await recorder.keep(facts))) return false;
    if (reason === null) return true;
    log.error("alert: an endpoint is disabled; what it is owed waits until it is enabled again", {
      endpoint: id,
      name,
      reason,
    });
    this.#deps.disabled(id, reason);
    return true;
  }
}
