import type { Random } from "../../base/random.ts";

/** https://docs.vumi.io/general-api-resources/authentication: one hour, and it cannot be refreshed. */
export const SESSION_MS = 3_600_000;

export type Scope = "read" | "write" | "delete";
const SCOPES: readonly Scope[] = ["read", "write", "delete"];

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Session {
  readonly token: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Of the monotonic clock: the hour is a real one, since whoever holds the session lives in real time. */
  readonly endsAt: number;
}

/** Of tokens that no longer serve, so many are remembered, to tell how each of them ended. */
const ENDED_MAX = 1_000;

/**
 * One session per credential pair: a login ends the one before. That an old token stops working is the
 * natural reading of the documents, and the stricter one. A session that another login ended while it was
 * good, and that is used again, was held by two: that is counted as a violation.
 */
export class FinlinkSessions {
  readonly #credentials: Credentials;
  readonly #random: Random;
  #session: Session | null = null;
  readonly #endedByLogin = new Set<string>();
  readonly counts = { logins: 0, refused: 0, superseded: 0, expired: 0, violations: 0 };

  constructor(credentials: Credentials, random: Random) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /** A token; `null` when the pair is wrong. Without scopes it may do everything. */
  login(
    clientId: string,
    clientSecret: string,
    scopes: readonly string[],
    now: number,
  ): string | null {
    const right = this.#credentials;
    if (clientId !== right.clientId || clientSecret !== right.clientSecret) {
      this.counts.refused++;
      return null;
    }
    this.counts.logins++;
    const before = this.#session;
    if (before !== null && now < before.endsAt) {
      this.counts.superseded++;
      this.#endedByLogin.add(before.token);
      const oldest = this.#endedByLogin.values().next();
      if (this.#endedByLogin.size > ENDED_MAX && !oldest.done)
        this.#endedByLogin.delete(oldest.value);
    }
    const granted = SCOPES.filter((scope) => scopes.length === 0 || scopes.includes(scope));
    const token = this.#token(clientId);
    this.#session = { token, scopes: new Set(granted), endsAt: now + SESSION_MS };
    return token;
  }

  /** Whether a call with this token is let in: 401 without a session, 403 without the scope. */
  check(token: string, scope: Scope | null, now: number): 200 | 401 | 403 {
    const session = this.#session;
    if (session === null || session.token !== token || now >= session.endsAt) {
      if (this.#endedByLogin.has(token)) this.counts.violations++;
      return 401;
    }
    return scope === null || session.scopes.has(scope) ? 200 : 403;
  }

  /** Ends the session before its time, as a provider's restart would. */
  end(): void {
    if (this.#session !== null) this.counts.expired++;
    this.#session = null;
  }

  /** Looks like a JWT, as theirs do; nothing in it is to be read. */
  #token(clientId: string): string {
    const part = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString("base64url");
    const head = part({ alg: "HS256", typ: "JWT" });
    return `${head}.${part({ sub: clientId, jti: this.#random.text(24) })}.${this.#random.text(43)}`;
  }
}
