import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { err, ok } from "../base/result.ts";
import type { Actor, Appended, Intake, RequestFact } from "../journal/facts.ts";
import type { Journal, Reads } from "../journal/journal.ts";
import { type EndpointId, type FanOut, PUBLISHED_SOURCE } from "../journal/sending.ts";
import { parsedPayload } from "./payload.ts";
import { invalid } from "./refusals.ts";
import type { Message, SendingResult } from "./sending.ts";
import { typeFault } from "./validate.ts";

/** What a message of ours to one endpoint is: an operator tries whether it works. */
const TEST_TYPE = "longstop.test";
const KEY_BYTES_MAX = 255;
const OWN_KEY_CHARS = 24;

export interface PublisherDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Pick<Journal, "append">;
  readonly reads: Pick<Reads, "event">;
  readonly fanOut: FanOut;
}

/** Events that no source received: they are complete as they are, and owed in the same commit. */
export class Publisher {
  readonly #deps: PublisherDeps;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** A message of the team's own, to all endpoints that want it. */
  async publish(given: Message, by: Actor): SendingResult<Appended> {
    const message = wellFormed(given);
    const fault = typeFault(message.type) ?? sizeFault(message);
    if (fault !== null) return err(fault);
    const { type, connection, idempotencyKey } = message;
    const body = Buffer.from(message.data);
    const data = (): unknown => parsedPayload(body);
    const owed = this.#deps.fanOut.match({ source: PUBLISHED_SOURCE, connection, type, data });
    const key = idempotencyKey === null ? this.#ownKey() : `key:${idempotencyKey}`;
    const appended = await this.#append(message, body, key, owed, by);
    if (!appended.duplicate) return ok(appended);
    if (await this.#isSame(appended, message, body)) return ok(appended);
    const detail = "Another message was published with this idempotency key; use a new key.";
    return err({ code: "conflict", field: "idempotencyKey", detail });
  }

  /** A test to one endpoint, whatever types it wants. */
  test(id: EndpointId, by: Actor): Promise<Appended> {
    const at = new Date(this.#deps.clock.now()).toISOString();
    const data = JSON.stringify({ message: "A test of this endpoint, sent by Longstop.", at });
    const message: Message = { type: TEST_TYPE, data, connection: null, idempotencyKey: null };
    return this.#append(message, Buffer.from(data), this.#ownKey(), [id], by);
  }

  #ownKey(): string {
    return `msg:${this.#deps.random.text(OWN_KEY_CHARS)}`;
  }

  async #append(
    { type, connection, trace }: Message,
    body: Uint8Array,
    dedupeKey: string,
    owed: readonly EndpointId[],
    by: Actor,
  ): Promise<Appended> {
    const { clock, journal, fanOut } = this.#deps;
    const at = clock.now();
    const event = { dedupeKey, type, connection, occurredAt: at, sequence: null, range: null };
    const intake: Intake = {
      source: PUBLISHED_SOURCE,
      origin: "publish",
      at,
      events: [event],
      request: requestBy(by),
      body,
      settled: true,
      deliveries: [owed],
    };
    const [appended] = await journal.append(trace === undefined ? intake : { ...intake, trace });
    if (appended === undefined) throw new Error("the journal answered nothing for one event");
    if (!appended.duplicate && owed.length > 0) fanOut.owed(owed);
    return appended;
  }

  /** Whether the first message with this key is the one that was sent again. */
  async #isSame({ id }: Appended, message: Message, body: Uint8Array): Promise<boolean> {
    const first = await this.#deps.reads.event(id);
    // Without its body nobody can tell; then the key alone counts, as everywhere.
    if (first === null || first.body === null) return true;
    const { type, connection } = message;
    return first.type === type && first.connection === connection && same(first.body, body);
  }
}

/**
 * Half a character (a lone surrogate) is replaced at once, as no database keeps it: what is compared later with what
 * was kept is then the same.
 */
const wellFormed = (message: Message): Message => ({
  ...message,
  type: message.type.toWellFormed(),
  connection: message.connection?.toWellFormed() ?? null,
});

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  Buffer.compare(Buffer.from(one), Buffer.from(other)) === 0;

function sizeFault({ data, connection, idempotencyKey }: Message) {
  if (Buffer.byteLength(data) > LIMITS.BODY_BYTES_DEFAULT)
    return invalid("data", `The payload is larger than ${LIMITS.BODY_BYTES_DEFAULT} bytes.`);
  if (!isJson(data)) return invalid("data", "The payload is not JSON.");
  if (connection !== null && !fits(connection, LIMITS.CONNECTION_KEY_BYTES_MAX))
    return invalid("connection", "A connection's key has 1 to 512 bytes; leave it out for none.");
  if (idempotencyKey !== null && !fits(idempotencyKey, KEY_BYTES_MAX))
    return invalid("idempotencyKey", `An idempotency key has 1 to ${KEY_BYTES_MAX} bytes.`);
  return null;
}

const fits = (text: string, bytesMax: number): boolean =>
  text.length > 0 && Buffer.byteLength(text) <= bytesMax;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON: that is the question.
    return false;
  }
}

/** No request of a provider stands behind it: what is kept says who published it. */
const requestBy = (by: Actor): RequestFact => ({
  method: "POST",
  url: "/v1/messages",
  peer: by,
  headers: [["content-type", "application/json"]],
});
