import type { Clock, Millis } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import { parseEventId } from "../base/ids.ts";
import type { Journal } from "../journal/journal.ts";
import type { EndpointId } from "../journal/sending.ts";
import { type DeliveryId, parseDeliveryId, type SendingReads } from "../journal/sending.ts";
import type { Seal } from "./seal.ts";
import type { Confirmations } from "./sending.ts";

const TOKEN_CHARS_MAX = 256;

export interface ConfirmUrlDeps {
  readonly seal: Seal;
  /** Without a slash at its end; `null`: not configured, and then no endpoint has confirmations. */
  publicUrl(): string | null;
}

/**
 * One-time URLs that need no memory: the token is the delivery, until when it counts, and a code over both that
 * only we can make. It names one delivery, works once (a second time changes nothing), and ends by itself.
 */
export class ConfirmUrls {
  readonly #deps: ConfirmUrlDeps;

  constructor(deps: ConfirmUrlDeps) {
    this.#deps = deps;
  }

  urlFor(delivery: DeliveryId, until: Millis): string | null {
    const base = this.#deps.publicUrl();
    if (base === null) return null;
    const stem = `${delivery}.${until.toString(36)}`;
    return `${base}/confirm/${stem}.${this.#deps.seal.mac(stem)}`;
  }

  /** What a token is for; `null` for one that we never gave out. */
  read(token: string): { delivery: DeliveryId; until: Millis } | null {
    if (token.length > TOKEN_CHARS_MAX) return null;
    const [delivery = "", until = "", code = "", ...rest] = token.split(".");
    if (rest.length > 0 || !this.#deps.seal.isMac(`${delivery}.${until}`, code)) return null;
    return { delivery: delivery as DeliveryId, until: Number.parseInt(until, 36) };
  }
}

export interface ConfirmationDeps {
  readonly clock: Clock;
  readonly urls: Pick<ConfirmUrls, "read">;
  readonly journal: Pick<Journal, "record">;
  readonly reads: Pick<SendingReads, "delivery">;
  /** Journaled: nothing more is to be sent of it. */
  confirmed(endpoint: EndpointId, event: Seq): void;
}

/**
 * The subscriber says that it has done the work.
 *
 * - Within its window it counts, whatever the try itself came to: also before its 2xx is here, after a timeout, or when
 *   the process died in between. The window is that try's time-out and `confirm` from its beginning.
 * - A second time it is `already` done. After the window it is `late`: the delivery is tried again, or was given up.
 * - A forged token, or one of a delivery that is gone, is `unknown`.
 */
export class Confirming implements Confirmations {
  readonly #deps: ConfirmationDeps;

  constructor(deps: ConfirmationDeps) {
    this.#deps = deps;
  }

  /** Rejects with what the journal rejects with: then it was not confirmed, and may be sent again. */
  async confirm(token: string): ReturnType<Confirmations["confirm"]> {
    const { clock, urls, journal, reads } = this.#deps;
    const given = urls.read(token);
    const names = given === null ? undefined : parseDeliveryId(given.delivery);
    const place = names === undefined ? undefined : parseEventId(names.event);
    if (given === null || names === undefined || place === undefined) return "unknown";
    const row = await reads.delivery(given.delivery);
    if (row === null || row.status === "cancelled") return "unknown";
    if (row.status === "delivered") return "already";
    const at = clock.now();
    if (row.status === "failed" || at > given.until) return "late";
    const { seq: event } = place;
    const { endpoint } = names;
    await journal.record({ kind: "confirmed", at, delivery: { event, endpoint } });
    this.#deps.confirmed(endpoint, event);
    return "confirmed";
  }
}
