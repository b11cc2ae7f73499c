import type { Millis } from "../base/clock.ts";
import type { Inbound } from "../providers/provider.ts";
import type { BodyFault } from "./body-fault.ts";
import { Arrived } from "./inbound.ts";
import type { Source } from "./sources.ts";

/**
 * A request whose body has not been read: what it is verified with first, where reading would be dear.
 * It notes whether anybody asked for the body; what was concluded then means nothing.
 */
class Announced implements Inbound {
  asked = false;
  readonly #arrived: Arrived;

  constructor(arrived: Arrived) {
    this.#arrived = arrived;
  }

  get method(): string {
    return this.#arrived.method;
  }

  get url(): string {
    return this.#arrived.url;
  }

  get publicUrl(): string {
    return this.#arrived.publicUrl;
  }

  get mediaType(): string {
    return this.#arrived.mediaType;
  }

  get peer(): string {
    return this.#arrived.peer;
  }

  get receivedAt(): Millis {
    return this.#arrived.receivedAt;
  }

  header(name: string): string | null {
    return this.#arrived.header(name);
  }

  get body(): Uint8Array {
    this.asked = true;
    return this.#arrived.body;
  }

  parsed(): ReturnType<Inbound["parsed"]> {
    this.asked = true;
    return this.#arrived.parsed();
  }
}

const NOTHING = new Uint8Array(0);

/**
 * Whether a request may go unread, since no body could make up for what its headers lack: the fault, or
 * `null`. Only what is absent is told now; what is wrong is told once it is whole, and may then be kept
 * to be verified again.
 */
export async function refusedUnread(
  request: Request,
  source: Source,
  receivedAt: Millis,
  peer: string,
): Promise<BodyFault | null> {
  if (request.method !== "POST") return null;
  const announced = new Announced(new Arrived(request, NOTHING, source, receivedAt, peer));
  const proof = await source.provider.verify(announced);
  if (announced.asked || proof.ok || proof.error.code !== "signature_missing") return null;
  return { code: proof.error.code, detail: proof.error.detail };
}
