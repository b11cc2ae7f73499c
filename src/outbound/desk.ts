import type { Clock, Millis } from "../base/clock.ts";
import { type EventId, parseEventId } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { EndpointSettings } from "../config/settings.ts";
import type { Actor, Appended } from "../journal/facts.ts";
import type { Journal, Reads } from "../journal/journal.ts";
import {
  type DeliveryId,
  type DeliveryRef,
  deliveryId,
  type EndpointId,
  type EndpointStatus,
  type FanOut,
  parseDeliveryId,
  type SendingReads,
} from "../journal/sending.ts";
import { definitionOf, type Endpoint } from "./endpoint.ts";
import type { Fleet } from "./fleet.ts";
import type { Publisher } from "./publisher.ts";
import { IS_DISABLED, NO_ENDPOINT, notFound, wrongStatus } from "./refusals.ts";
import type { Registrar } from "./registrar.ts";
import type { Registry } from "./registry.ts";
import type {
  EndpointOverview,
  EndpointPatch,
  Message,
  Sending,
  SendingRefusal,
  SendingResult,
} from "./sending.ts";

export interface DeskDeps {
  readonly clock: Clock;
  readonly journal: Pick<Journal, "record">;
  readonly reads: Pick<Reads, "event"> & Pick<SendingReads, "delivery" | "failedDeliveries">;
  readonly registry: Registry;
  readonly registrar: Registrar;
  readonly fleet: Fleet;
  readonly publisher: Publisher;
  readonly fanOut: Pick<FanOut, "owed">;
}

/** Deliveries that one fact sends again. */
const RESENT_AT_ONCE = 500;

type Found = Result<Endpoint, SendingRefusal>;

/** What operators and publishers do: looked up, refused or journaled, and then told to whom it concerns. */
export class Desk implements Sending {
  readonly #deps: DeskDeps;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  endpoint(id: EndpointId): EndpointOverview | null {
    const endpoint = this.#deps.registry.get(id);
    return endpoint && this.#overview(endpoint);
  }

  endpoints(): readonly EndpointOverview[] {
    return this.#deps.registry.all().map((endpoint) => this.#overview(endpoint));
  }

  named(name: string): EndpointId | null {
    return this.#deps.registry.named(name)?.id ?? null;
  }

  create(name: string, settings: EndpointSettings, by: Actor) {
    return this.#deps.registrar.create(name, settings, by);
  }

  async patch(id: EndpointId, change: EndpointPatch, by: Actor): SendingResult<null> {
    const found = this.#find(id);
    return found.ok ? this.#deps.registrar.patch(found.value, change, by) : found;
  }

  async remove(id: EndpointId, by: Actor): SendingResult<null> {
    const found = this.#find(id);
    return found.ok ? this.#deps.registrar.remove(found.value, by) : found;
  }

  async rotateSecret(
    id: EndpointId,
    options: { readonly secret: string | null; readonly overlapMs: number },
    by: Actor,
  ): SendingResult<{ readonly secret: string; readonly previousUntil: Millis }> {
    const found = this.#find(id);
    return found.ok ? this.#deps.registrar.rotate(found.value, options, by) : found;
  }

  async test(id: EndpointId, by: Actor): SendingResult<Appended> {
    const found = this.#find(id);
    if (!found.ok) return found;
    const { status, locked } = found.value;
    if (locked !== null) return err(wrongStatus(locked));
    if (status !== "enabled") return err(wrongStatus(`It is ${status}; enable it first.`));
    return ok(await this.#deps.publisher.test(id, by));
  }

  enable(id: EndpointId, by: Actor): SendingResult<null> {
    return this.#set(id, "enabled", null, by);
  }

  disable(id: EndpointId, reason: string | null, by: Actor): SendingResult<null> {
    return this.#set(id, "disabled", reason, by);
  }

  async pause(id: EndpointId, reason: string | null, by: Actor): SendingResult<null> {
    if (this.#deps.registry.get(id)?.status === "disabled") return err(wrongStatus(IS_DISABLED));
    return this.#set(id, "paused", reason, by);
  }

  async resume(id: EndpointId, by: Actor): SendingResult<null> {
    if (this.#deps.registry.get(id)?.status === "disabled")
      return err(wrongStatus("It is disabled, not paused; enable it."));
    return this.#set(id, "enabled", null, by);
  }

  async resend(delivery: DeliveryId, by: Actor): SendingResult<null> {
    const named = parseDeliveryId(delivery);
    const place = named && parseEventId(named.event);
    const row = place && (await this.#deps.reads.delivery(delivery));
    if (!named || !place || !row) return err(notFound("There is no such delivery."));
    if (this.#deps.registry.get(named.endpoint) === null)
      return err(notFound("Its endpoint is removed; send the event to another one."));
    if (this.#deps.fleet.isSending(named.endpoint, place.seq))
      return err(wrongStatus("It is being sent right now; look again in a moment."));
    await this.#resent([{ event: place.seq, endpoint: named.endpoint }], by);
    return ok(null);
  }

  async resendFailed(
    id: EndpointId,
    { since, until }: { readonly since: Millis; readonly until: Millis | null },
    by: Actor,
  ): SendingResult<{ readonly resent: number }> {
    const found = this.#find(id);
    if (!found.ok) return found;
    const filter = { endpoint: id, status: "failed", since } as const;
    // What fails again meanwhile is not sent a third time.
    const within = { ...filter, until: until ?? this.#deps.clock.now() + 1 };
    let [resent, after] = [0, 0 as DeliveryRef["event"]];
    while (true) {
      const refs = await this.#deps.reads.failedDeliveries(within, after, RESENT_AT_ONCE);
      const last = refs.at(-1);
      if (last === undefined) return ok({ resent });
      await this.#resent(refs, by);
      resent += refs.length;
      after = last.event;
    }
  }

  async send(
    event: EventId,
    id: EndpointId,
    by: Actor,
  ): SendingResult<{ readonly delivery: DeliveryId }> {
    const found = this.#find(id);
    if (!found.ok) return found;
    const place = parseEventId(event);
    const known = place && (await this.#deps.reads.event(event));
    if (!place || !known) return err(notFound("There is no such event."));
    if (known.body === null)
      return err(wrongStatus("Retention has emptied its body: there is nothing to send."));
    await this.#resent([{ event: place.seq, endpoint: id }], by);
    return ok({ delivery: deliveryId(event, id) });
  }

  publish(message: Message, by: Actor): SendingResult<Appended> {
    return this.#deps.publisher.publish(message, by);
  }

  async #resent(deliveries: readonly DeliveryRef[], by: Actor): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#deps.journal.record({ kind: "resent", at, deliveries, by });
    this.#deps.fanOut.owed([...new Set(deliveries.map(({ endpoint }) => endpoint))]);
  }

  async #set(
    id: EndpointId,
    status: EndpointStatus,
    reason: string | null,
    by: Actor,
  ): SendingResult<null> {
    const found = this.#find(id);
    if (!found.ok) return found;
    await this.#deps.registrar.set(found.value, status, reason, by);
    return ok(null);
  }

  #find(id: EndpointId): Found {
    const endpoint = this.#deps.registry.get(id);
    return endpoint === null ? err(NO_ENDPOINT) : ok(endpoint);
  }

  #overview(endpoint: Endpoint): EndpointOverview {
    const { id, name, origin, keys } = endpoint;
    const shown = keys.map(({ version, publicKey, fingerprint, until }) => ({
      version,
      publicKey,
      fingerprint,
      until,
    }));
    const activity = this.#deps.fleet.activity(endpoint);
    return { id, name, origin, definition: definitionOf(endpoint), keys: shown, activity };
  }
}
