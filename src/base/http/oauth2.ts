import type { Clock } from "../clock.ts";
import { err, ok, type Result } from "../result.ts";
import type { HttpClient } from "./client.ts";
import {
  type ClientCredentials,
  type Issued,
  requestToken,
  type TokenFault,
} from "./token-request.ts";

interface Held extends Issued {
  /** By the monotonic clock: from when a new one is asked for, and when this one ends. */
  readonly renewAt: number;
  readonly endsAt: number;
}

interface Entry {
  held: Held | null;
  asking: Promise<Result<string, TokenFault>> | null;
  failed: { readonly fault: TokenFault; readonly until: number } | null;
}

const ENTRIES_MAX = 1_000;
const REST_MS = 5_000;
/** A token is renewed in the last tenth of its life, at most a minute before its end. */
const MARGIN_MS_MAX = 60_000;

/**
 * Access tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4), one for each set of credentials,
 * scope and audience, asked for once however many need it. The secret is part of what tells sets apart: who
 * knows only another's client id must not be given its token.
 *
 * A token server that fails is left alone for five seconds, in which everybody gets its last fault; a token that
 * still lives is used meanwhile. At most a thousand sets are remembered; the one used longest ago gives way.
 */
export class Tokens {
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor({ client, clock }: { readonly client: HttpClient; readonly clock: Clock }) {
    this.#client = client;
    this.#clock = clock;
  }

  /** A token that is good now. Never rejects; waits for the token server for at most 20 s. */
  async token(credentials: ClientCredentials): Promise<Result<string, TokenFault>> {
    const entry = this.#entry(credentials);
    const now = this.#clock.monotonic();
    const { held, failed } = entry;
    if (held !== null && now < held.renewAt) return ok(held.token);
    if (failed !== null && now < failed.until)
      return held !== null && now < held.endsAt ? ok(held.token) : err(failed.fault);
    entry.asking ??= this.#ask(entry, credentials);
    return entry.asking;
  }

  /** The server answered 401 to this token: the next one who asks gets another, unless it was replaced already. */
  drop(credentials: ClientCredentials, token: string): void {
    const entry = this.#entries.get(keyOf(credentials));
    if (entry?.held?.token === token) entry.held = null;
  }

  async #ask(entry: Entry, credentials: ClientCredentials): Promise<Result<string, TokenFault>> {
    const first = entry.held?.authentication ?? "header";
    const issued = await requestToken(this.#client, credentials, first);
    const now = this.#clock.monotonic();
    entry.asking = null;
    if (issued.ok) {
      const { lifeMs } = issued.value;
      const renewAt = now + lifeMs - Math.min(MARGIN_MS_MAX, lifeMs / 10);
      entry.held = { ...issued.value, renewAt, endsAt: now + lifeMs };
      entry.failed = null;
      return ok(issued.value.token);
    }
    entry.failed = { fault: issued.error, until: now + REST_MS };
    if (entry.held !== null && now < entry.held.endsAt) return ok(entry.held.token);
    entry.held = null;
    return issued;
  }

  #entry(credentials: ClientCredentials): Entry {
    const key = keyOf(credentials);
    const entry = this.#entries.get(key) ?? { held: null, asking: null, failed: null };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > ENTRIES_MAX && !oldest.done) this.#entries.delete(oldest.value);
    return entry;
  }
}

const keyOf = (own: ClientCredentials): string =>
  JSON.stringify([own.tokenUrl, own.clientId, own.clientSecret, own.scope, own.audience]);
