import type { Clock } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  type Asked,
  type Fetched,
  type FetchLimits,
  fetchBounded,
  type OutboundFetch,
} from "./bounded-fetch.ts";
import { fieldOf } from "./payload.ts";

/** How a bearer token of a provider's API is got: one POST of credentials. */
export interface Login {
  /** Names the credential pair, e.g. its client id; with `url` it is what a session is shared under. */
  readonly account: string;
  readonly url: string;
  /** Sent as JSON, or as a form. */
  readonly credentials: Readonly<Record<string, string>>;
  /**
   * How the provider wants to be asked. `json`, and unless said: the token is the answer's `token`. `form`:
   * as OAuth 2.0 has it (RFC 6749, 4.4), the token is `access_token`, and `expires_in` counts if shorter.
   */
  readonly as?: "json" | "form";
  /** User and password of HTTP Basic beside it. */
  readonly basic?: readonly [user: string, password: string];
  /** The provider's lifetime of a session. It is renewed a twelfth of it before its end. */
  readonly lifetimeMs: number;
}

export interface SessionsDeps {
  readonly fetch: OutboundFetch;
  readonly clock: Clock;
}

export type SessionFailure = "refused" | "unavailable";

interface Given {
  readonly token: string;
  readonly lifetimeMs: number;
}

interface Session {
  readonly token: string;
  /** Of the monotonic clock. */
  readonly renewAt: number;
}

const LIMITS: FetchLimits = { bytesMax: 16 * 2 ** 10, msMax: 5_000 };
/** After a failure nobody logs in again for this long: a wrong secret would otherwise be tried with every webhook. */
const REST_MS = 5_000;

/**
 * The sessions of providers' APIs, one per credential pair in the whole process: several providers end
 * the old session when a new one begins, so that two holders would log each other out. A login is made
 * once however many ask.
 */
export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #sessions = new Map<string, Session>();
  readonly #pending = new Map<string, Promise<Result<string, SessionFailure>>>();
  readonly #resting = new Map<
    string,
    { readonly until: number; readonly failure: SessionFailure }
  >();

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** A token that is good now, as far as is known. */
  async token(login: Login): Promise<Result<string, SessionFailure>> {
    const name = nameOf(login);
    const now = this.#deps.clock.monotonic();
    const session = this.#sessions.get(name);
    if (session !== undefined && now < session.renewAt) return ok(session.token);
    const resting = this.#resting.get(name);
    if (resting !== undefined && now < resting.until) return err(resting.failure);
    const pending = this.#pending.get(name) ?? this.#logIn(name, login);
    return pending;
  }

  /** The provider did not take this token: the next to ask logs in. A newer session is left alone. */
  drop(login: Login, token: string): void {
    const name = nameOf(login);
    if (this.#sessions.get(name)?.token === token) this.#sessions.delete(name);
  }

  #logIn(name: string, login: Login): Promise<Result<string, SessionFailure>> {
    const pending = this.#post(login).then((answer) => {
      this.#pending.delete(name);
      const now = this.#deps.clock.monotonic();
      if (!answer.ok) {
        this.#resting.set(name, { until: now + REST_MS, failure: answer.error });
        return answer;
      }
      const { token, lifetimeMs } = answer.value;
      this.#sessions.set(name, { token, renewAt: now + (lifetimeMs * 11) / 12 });
      this.#resting.delete(name);
      return ok(token);
    });
    this.#pending.set(name, pending);
    return pending;
  }

  async #post(login: Login): Promise<Result<Given, SessionFailure>> {
    const answer = await fetchBounded(askedOf(login), LIMITS, this.#deps);
    if (!answer.ok) return err("unavailable");
    const given = answer.value.status === 200 ? givenIn(answer.value, login) : null;
    if (given !== null) return ok(given);
    return err(answer.value.status >= 400 && answer.value.status < 500 ? "refused" : "unavailable");
  }
}

const nameOf = (login: Login): string => `${login.url} ${login.account}`;

function askedOf({ url, credentials, as, basic }: Login): Asked {
  const form = as === "form";
  const type = form ? "application/x-www-form-urlencoded" : "application/json";
  const headers = { "content-type": type, accept: "application/json" };
  const pair = basic === undefined ? null : Buffer.from(basic.join(":")).toString("base64");
  return {
    url,
    method: "POST",
    headers: pair === null ? headers : { ...headers, authorization: `Basic ${pair}` },
    body: form ? new URLSearchParams(credentials).toString() : JSON.stringify(credentials),
  };
}

/** Whatever else it is, it becomes a header. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

function givenIn(answer: Fetched, { as, lifetimeMs }: Login): Given | null {
  const json = answer.json();
  const token = fieldOf(json, as === "form" ? "access_token" : "token");
  if (typeof token !== "string" || !TOKEN.test(token)) return null;
  const seconds = as === "form" ? fieldOf(json, "expires_in") : undefined;
  const said = typeof seconds === "number" && seconds > 0 ? seconds * 1000 : lifetimeMs;
  return { token, lifetimeMs: Math.min(said, lifetimeMs) };
}
