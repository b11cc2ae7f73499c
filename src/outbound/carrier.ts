import type { OwedDelivery } from "../journal/sending.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Lines } from "./lines.ts";
import type { Outcomes } from "./outcomes.ts";
import { bytesOf, type Loaded, type Parcel, sorted } from "./parcel.ts";
import type { Sender, Sent } from "./sender.ts";

export interface CarrierDeps {
  readonly sender: Sender;
  readonly outcomes: Pick<Outcomes, "unsendable">;
  readonly lines: Lines;
}

/** One request, up to its answer. */
export interface Carried {
  /** What it carried, and what came of it; `null`: there was nothing to send. */
  readonly sent: Sent | null;
  readonly whole: readonly Parcel[];
  readonly attempt: number;
  /** There was nothing left to send of these, and that is recorded. */
  readonly settled: readonly OwedDelivery[];
  /** There was no room for these. */
  readonly unread: readonly OwedDelivery[];
}

/** Carries deliveries to their endpoint, as far as something of them is left. */
export class Carrier {
  readonly #deps: CarrierDeps;

  constructor(deps: CarrierDeps) {
    this.#deps = deps;
  }

  /** Takes its line back when it is done, whatever came of it. */
  async carry(
    endpoint: Endpoint,
    job: readonly OwedDelivery[],
    loaded: readonly Loaded[],
    signal: AbortSignal,
  ): Promise<Carried> {
    const { lines, sender, outcomes } = this.#deps;
    const { whole, emptied, gone, unread } = sorted(job, loaded);
    const nothing = [...emptied, ...gone];
    const kept = nothing.length > 0 && (await outcomes.unsendable(endpoint, emptied, gone));
    const settled = kept ? nothing : [];
    const attempt = (whole[0]?.delivery.attempts ?? 0) + 1;
    if (whole.length === 0) return { sent: null, whole, attempt, settled, unread };
    const bytes = bytesOf(whole);
    lines.carry(bytes);
    try {
      const events = whole.map(({ event }) => event);
      const sent = await sender.send(endpoint, events, attempt, signal);
      return { sent, whole, attempt, settled, unread };
    } finally {
      lines.carry(-bytes);
    }
  }
}
