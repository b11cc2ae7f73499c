import { type Clock, sleep } from "../base/clock.ts";
import { type EventId, parseEventId, seq } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { err, ok } from "../base/result.ts";
import type { Actor } from "../journal/facts.ts";
import type { Journal } from "../journal/journal.ts";
import {
  deliveryId,
  type EndpointId,
  type OutgoingEvent,
  type OwedReads,
  type SendingReads,
} from "../journal/sending.ts";
import { Loader } from "./loader.ts";
import { NO_ENDPOINT, unknownMessage, wrongStatus } from "./refusals.ts";
import type { Registry } from "./registry.ts";
import type { PulledMessage, Pulling, SendingRefusal, SendingResult } from "./sending.ts";
import { cancelledFact } from "./tried.ts";

const LIMIT_MAX = 200;
const WAIT_MS_MAX = 60_000;
/** Long polls that wait at a time, of one endpoint; further ones are answered at once. */
const WAITING_MAX = 16;
const START = seq(0);

export interface PullerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  readonly journal: Pick<Journal, "record">;
  readonly owed: Pick<OwedReads, "unacked" | "outgoing">;
  readonly reads: Pick<SendingReads, "delivery">;
}

/**
 * For subscribers that come for their events. They get what is not acknowledged, always from the first one and in the
 * order in which it came to be owed; acknowledging one acknowledges all before it. Who waits is woken by the news that
 * something is owed, and holds nothing but a promise.
 */
export class Puller implements Pulling {
  readonly #deps: PullerDeps;
  readonly #waiting = new Map<EndpointId, Set<() => void>>();
  #stopped = false;

  constructor(deps: PullerDeps) {
    this.#deps = deps;
  }

  /** Something is owed to it now. */
  wake(id: EndpointId): void {
    for (const go of this.#waiting.get(id) ?? []) go();
  }

  start(): void {
    this.#stopped = false;
  }

  /** Long polls are answered with what there is. */
  stop(): void {
    this.#stopped = true;
    for (const id of this.#waiting.keys()) this.wake(id);
  }

  async messages(
    id: EndpointId,
    { limit, waitMs }: { readonly limit: number; readonly waitMs: number },
    signal?: AbortSignal,
  ): SendingResult<readonly PulledMessage[]> {
    const { clock } = this.#deps;
    const until = clock.monotonic() + Math.min(Math.max(waitMs, 0), WAIT_MS_MAX);
    const most = Math.min(Math.max(limit, 1), LIMIT_MAX);
    while (true) {
      const refusal = this.#refusal(id);
      if (refusal !== null) return err(refusal);
      const news = new AbortController();
      const leave = this.#join(id, () => news.abort());
      try {
        const messages = await this.#read(id, most);
        const leftMs = until - clock.monotonic();
        const over = leftMs <= 0 || leave === null || this.#stopped || signal?.aborted;
        if (messages.length > 0 || over) return ok(messages);
        await sleep(clock, leftMs, AbortSignal.any(signal ? [signal, news.signal] : [news.signal]));
      } finally {
        leave?.();
      }
    }
  }

  async ack(id: EndpointId, upTo: EventId, by: Actor): SendingResult<null> {
    const refusal = this.#refusal(id);
    if (refusal !== null) return err(refusal);
    const place = parseEventId(upTo);
    const row = place && (await this.#deps.reads.delivery(deliveryId(upTo, id)));
    if (!place || !row) return err(unknownMessage("upTo"));
    if (row.status !== "pending") return ok(null);
    const at = this.#deps.clock.now();
    await this.#deps.journal.record({ kind: "acked", at, endpoint: id, upTo: place.seq, by });
    return ok(null);
  }

  async seek(id: EndpointId, after: EventId | null, by: Actor): SendingResult<null> {
    const refusal = this.#refusal(id);
    if (refusal !== null) return err(refusal);
    const to = after === null ? START : await this.#placeOf(id, after);
    if (to === null) return err(unknownMessage("after"));
    const at = this.#deps.clock.now();
    await this.#deps.journal.record({ kind: "sought", at, endpoint: id, after: to, by });
    this.wake(id);
    return ok(null);
  }

  async #placeOf(id: EndpointId, event: EventId) {
    const place = parseEventId(event);
    const row = place && (await this.#deps.reads.delivery(deliveryId(event, id)));
    return place && row ? place.seq : null;
  }

  /** `null`: too many wait already. */
  #join(id: EndpointId, go: () => void): (() => void) | null {
    const waiting = this.#waiting.get(id) ?? new Set();
    if (waiting.size >= WAITING_MAX) return null;
    waiting.add(go);
    this.#waiting.set(id, waiting);
    return () => {
      waiting.delete(go);
      if (waiting.size === 0) this.#waiting.delete(id);
    };
  }

  async #read(id: EndpointId, limit: number): Promise<readonly PulledMessage[]> {
    const { owed, log, clock, journal } = this.#deps;
    const { deliveries } = await owed.unacked(id, START, limit);
    const loaded = (await new Loader({ owed, log }).load(deliveries)) ?? [];
    const gone = loaded.filter(({ event }) => event === null);
    // Nobody can acknowledge what nobody gets: it would stand before all others for ever.
    for (const { delivery } of gone) await journal.record(cancelledFact(delivery, id, clock.now()));
    return loaded.flatMap(({ event }) => (event === null ? [] : [messageOf(event)]));
  }

  #refusal(id: EndpointId): SendingRefusal | null {
    const endpoint = this.#deps.registry.get(id);
    if (endpoint === null) return NO_ENDPOINT;
    if (endpoint.settings.strategy !== "pull")
      return wrongStatus('Its events are pushed to it; give it strategy "pull" to come for them.');
    if (endpoint.status === "enabled") return null;
    const why = endpoint.statusReason ?? "An operator wanted it so.";
    return wrongStatus(`It is ${endpoint.status}. ${why} Enable it first.`);
  }
}

const messageOf = (event: OutgoingEvent): PulledMessage => ({
  id: event.id,
  type: event.type,
  source: event.source,
  connection: event.connection,
  occurredAt: event.occurredAt ?? event.receivedAt,
  contentType: event.contentType,
  body: event.body,
});
