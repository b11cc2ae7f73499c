import { mediaTypeOf, parseMedia } from "../../../base/media.ts";
import type { Event, Payload } from "../../../config/types/handler.ts";
import type { Origin } from "../../../journal/facts.ts";
import type { WireJob } from "../wire.ts";
import { Refused } from "./fault.ts";

/**
 * The event as the team's handler sees it. Everything that costs something (headers as an object, the
 * payload, a copy of the bytes) is made when it is first asked for, then kept.
 */
export class HandlerEvent implements Event {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly connection: string | null;
  readonly origin: Origin;
  readonly #job: WireJob;
  readonly #body: Uint8Array;
  #headers: Readonly<Record<string, string>> | null = null;
  #data: { readonly value: unknown } | null = null;
  #raw: Uint8Array | null = null;

  /** `body` is a view of a buffer that other events share: it is never handed out itself. */
  constructor(job: WireJob, body: Uint8Array) {
    this.id = job.id;
    this.type = job.type;
    this.source = job.source;
    this.connection = job.connection;
    this.origin = job.origin;
    this.#job = job;
    this.#body = body;
  }

  get occurredAt(): Date | null {
    return this.#job.occurredAt === null ? null : new Date(this.#job.occurredAt);
  }

  get receivedAt(): Date {
    return new Date(this.#job.receivedAt);
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= headersOf(this.#job.headers);
    return this.#headers;
  }

  /** Throws `Refused` with code `payload_unreadable` when the bytes are not what their media type says. */
  get data(): Payload {
    this.#data ??= { value: this.#parse() };
    return this.#data.value;
  }

  get raw(): Uint8Array {
    this.#raw ??= new Uint8Array(this.#body);
    return this.#raw;
  }

  text(): string {
    return new TextDecoder().decode(this.#body);
  }

  /** So that a logged or stringified event shows its payload, which is not an own property. */
  toJSON(): unknown {
    const { id, type, source, connection, origin, occurredAt, receivedAt, headers, data } = this;
    return { id, type, source, connection, origin, occurredAt, receivedAt, headers, data };
  }

  #parse(): unknown {
    const sent = this.#job.item ? "application/json" : (this.headers["content-type"] ?? null);
    const parsed = parseMedia(this.#body, mediaTypeOf(sent));
    if (parsed.ok) return parsed.value;
    throw new Refused("payload_unreadable", `The payload cannot be read: ${parsed.error.detail}`);
  }
}

/** Repeated headers are joined as HTTP says; no prototype, since the names are the sender's. */
function headersOf(pairs: WireJob["headers"]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
