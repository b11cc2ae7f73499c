import type { Millis } from "../../base/clock.ts";

/** The source that the generated configuration has. */
export const BENCH_SOURCE = "bench";
export const BODY_BYTES = 1_024;

const ID_PREFIX = "evt_";
const ID_DIGITS = 10;
const CONNECTION_DIGITS = 7;
const TIME_DIGITS = 10;
const SIGNATURE_DIGITS = 64;
/** Before a signature is made with a new time, ms: far less than any tolerance. */
const TIME_STEP_MS = 1_000;

export interface RequestOptions {
  readonly secret: string;
  /** `host:port`, for the Host header. */
  readonly host: string;
  /** The events are about this many connections, in turn. At most ten million. */
  readonly connections: number;
}

/**
 * Distinct signed events of exactly 1 KiB as raw HTTP requests, all of one length. Each is made in one
 * buffer by writing what differs over the one before: about 2 µs, almost all of it the signature.
 */
export class BenchRequests {
  readonly #bytes: Buffer;
  readonly #body: Buffer;
  readonly #hasher: Bun.CryptoHasher;
  readonly #connections: number;
  readonly #at: { time: number; signature: number; id: number; connection: number };
  #time = "";
  #signedAt: Millis = Number.NEGATIVE_INFINITY;

  constructor({ secret, host, connections }: RequestOptions) {
    const body = template();
    const head = [
      `POST /in/${BENCH_SOURCE} HTTP/1.1`,
      `Host: ${host}`,
      "Content-Type: application/json",
      "User-Agent: longstop-bench/1",
      `X-Timestamp: ${"0".repeat(TIME_DIGITS)}`,
      `X-Signature: ${"0".repeat(SIGNATURE_DIGITS)}`,
      `Content-Length: ${body.length}`,
    ];
    const text = `${head.join("\r\n")}\r\n\r\n${body}`;
    this.#bytes = Buffer.from(text, "latin1");
    this.#body = this.#bytes.subarray(this.#bytes.length - body.length);
    this.#hasher = new Bun.CryptoHasher("sha256", secret);
    this.#connections = connections;
    this.#at = {
      time: text.indexOf("X-Timestamp: ") + "X-Timestamp: ".length,
      signature: text.indexOf("X-Signature: ") + "X-Signature: ".length,
      id: text.indexOf(ID_PREFIX) + ID_PREFIX.length,
      connection: text.indexOf("acct_") + "acct_".length,
    };
  }

  /** The request of the `index`-th event, signed at `now`. The bytes are valid until the next call. */
  at(index: number, now: Millis): Uint8Array {
    const { time, signature, id, connection } = this.#at;
    if (now - this.#signedAt >= TIME_STEP_MS) {
      this.#signedAt = now;
      this.#time = String(Math.floor(now / 1_000)).padStart(TIME_DIGITS, "0");
      this.#bytes.write(this.#time, time, "latin1");
    }
    this.#bytes.write(String(index).padStart(ID_DIGITS, "0"), id, "latin1");
    const about = String(index % this.#connections).padStart(CONNECTION_DIGITS, "0");
    this.#bytes.write(about, connection, "latin1");
    const signed = this.#hasher.copy().update(`${this.#time}.`).update(this.#body).digest("hex");
    this.#bytes.write(signed, signature, "latin1");
    return this.#bytes;
  }
}

/** The index of an event by its dedupe key; `null` for a key that is none of ours. */
export function indexOf(dedupeKey: string): number | null {
  const digits = new RegExp(`^${ID_PREFIX}(\\d{${ID_DIGITS}})$`).exec(dedupeKey)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The keys of the source for such events, as text of a configuration. */
export function sourceText(secret: string, more: string): string {
  return `{
      provider: "custom",
      verify: { scheme: "hmac", header: "x-signature", signed: "{header:x-timestamp}.{body}",
                timestamp: { header: "x-timestamp", unit: "s", toleranceS: 86_400 }, secrets: [${JSON.stringify(secret)}] },
      event: { id: "/id", type: "/kind", connection: "/account/id", occurredAt: "/created_at" },
      ${more}
    }`;
}

function template(): string {
  const event = {
    id: `${ID_PREFIX}${"0".repeat(ID_DIGITS)}`,
    kind: "invoice.paid",
    account: { id: `acct_${"0".repeat(CONNECTION_DIGITS)}` },
    created_at: 1_700_000_000,
    note: "",
  };
  const room = BODY_BYTES - JSON.stringify(event).length;
  return JSON.stringify({ ...event, note: "x".repeat(room) });
}
