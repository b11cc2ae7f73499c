import type { KeyObject } from "node:crypto";
import type { Millis } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import { type Asked, type FetchDeps, type Fetched, fetchBounded } from "./bounded-fetch.ts";
import { LookupBudget } from "./lookup-budget.ts";
import type { Login, Sessions } from "./sessions.ts";

/** A key of a provider, ready to verify with. */
export interface PublicKey {
  readonly key: KeyObject;
  /** First 8 hex digits of the SHA-256 of the key: names it to people. */
  readonly fingerprint: string;
  /** Outside of these the provider does not sign with it; `null`: it does not say. */
  readonly validFrom: Millis | null;
  readonly validUntil: Millis | null;
}

/** By the id that requests name them with. */
export type KeySet = ReadonlyMap<string, PublicKey>;

/** Where a set of keys is to be had. */
export interface KeyPlace {
  /** What is asked. Identifiers in it are validated by whoever puts them there. */
  readonly asked: Asked;
  /** What answers are remembered under; with credentials, one per credential pair. */
  readonly name: string;
  /** Look-ups that found nothing in memory are counted per scope, e.g. a source. */
  readonly scope: string;
  /** The allow-list, asked with the host in lower case, with its port if any. */
  allowed(host: string): boolean;
  /** Set only where the configuration itself names an http address. */
  readonly plain: boolean;
  /** Whose session the question needs; `null`: none. */
  readonly login: Login | null;
  /** Whether a refusal says that there is no such key, rather than something about us. */
  isUnknown(answer: Fetched): boolean;
  /** `null`: the answer is not what it should be. */
  read(answer: Fetched): KeySet | null;
  readonly lifetimeMs: number;
}

/** `unknown`: the provider has no such key. `unavailable`: it could not be asked. */
export type KeyFailure = "unknown" | "unavailable";
export type KeyAnswer = Result<PublicKey, KeyFailure>;

export interface KeyServiceDeps extends FetchDeps {
  readonly sessions: Sessions;
}

const FETCH = { bytesMax: 256 * 2 ** 10, msMax: 4_000 };
/** Sets remembered, and failures remembered; beyond, the oldest goes. */
const NAMES_MAX = 1_000;
/** A key id that a set lacks makes it be fetched anew, but not more often than this. */
const REFRESH_MS_MIN = 30_000;
/** How long the answer "no such key" holds, and "no answer". */
const UNKNOWN_MS = 60_000;
const UNAVAILABLE_MS = 2_000;
/** While the provider cannot be asked, keys stay good this long beyond their lifetime. */
const STALE_MS_MAX = 3_600_000;

interface Held {
  readonly keys: KeySet;
  readonly at: number;
  readonly lifetimeMs: number;
}

interface Failed {
  readonly failure: KeyFailure;
  readonly until: number;
}

/**
 * The one client of all key services. What was fetched is remembered with an end; however many ask at
 * once, it is fetched once; that there is no such key, or no answer, is remembered briefly; look-ups are
 * bounded, so that made-up key ids do not become a flood at the provider. Hosts are allow-listed, https
 * only, redirects not followed, answers bounded in size and time. Never rejects.
 */
export class KeyService {
  readonly #deps: KeyServiceDeps;
  readonly #held = new Map<string, Held>();
  readonly #failed = new Map<string, Failed>();
  readonly #pending = new Map<string, Promise<Result<KeySet, KeyFailure>>>();
  readonly #budget: LookupBudget;

  constructor(deps: KeyServiceDeps) {
    this.#deps = deps;
    this.#budget = new LookupBudget(deps.clock);
  }

  /** The key of this id: at once when it is in memory. */
  key(place: KeyPlace, id: string): KeyAnswer | Promise<KeyAnswer> {
    const now = this.#deps.clock.monotonic();
    const held = this.#held.get(place.name);
    const ageMs = held === undefined ? Number.POSITIVE_INFINITY : now - held.at;
    const key = held?.keys.get(id);
    if (key !== undefined && ageMs < place.lifetimeMs) return ok(key);
    if (key === undefined && ageMs < REFRESH_MS_MIN) return err("unknown");
    const failed = this.#failed.get(place.name);
    if (failed !== undefined && now < failed.until) return this.#instead(place, id, failed.failure);
    return this.#fetchedKey(place, id);
  }

  async #fetchedKey(place: KeyPlace, id: string): Promise<KeyAnswer> {
    const fetched = await (this.#pending.get(place.name) ?? this.#fetch(place));
    if (!fetched.ok) return this.#instead(place, id, fetched.error);
    const key = fetched.value.get(id);
    return key === undefined ? err("unknown") : ok(key);
  }

  /** When there is no answer, what is remembered is as good as it gets. */
  #instead(place: KeyPlace, id: string, failure: KeyFailure): KeyAnswer {
    const held = this.#held.get(place.name);
    if (failure === "unknown" || held === undefined) return err(failure);
    const ageMs = this.#deps.clock.monotonic() - held.at;
    const key = ageMs < place.lifetimeMs + STALE_MS_MAX ? held.keys.get(id) : undefined;
    return key === undefined ? err(failure) : ok(key);
  }

  #fetch(place: KeyPlace): Promise<Result<KeySet, KeyFailure>> {
    if (!isAllowed(place)) return Promise.resolve(err("unknown"));
    if (!this.#budget.take(place.scope)) return Promise.resolve(err("unavailable"));
    const pending = this.#asked(place).then((answer) => {
      this.#pending.delete(place.name);
      this.#remember(place, answer);
      return answer;
    });
    this.#pending.set(place.name, pending);
    return pending;
  }

  #remember(place: KeyPlace, answer: Result<KeySet, KeyFailure>): void {
    const now = this.#deps.clock.monotonic();
    this.#failed.delete(place.name);
    if (answer.ok) {
      this.#held.delete(place.name);
      this.#held.set(place.name, { keys: answer.value, at: now, lifetimeMs: place.lifetimeMs });
      forgetOldest(this.#held);
      return;
    }
    if (answer.error === "unknown") this.#held.delete(place.name);
    const until = now + (answer.error === "unknown" ? UNKNOWN_MS : UNAVAILABLE_MS);
    this.#failed.set(place.name, { failure: answer.error, until });
    forgetOldest(this.#failed);
  }

  /** With a session the provider may have ended it early: then once more with a new one. */
  async #asked(place: KeyPlace): Promise<Result<KeySet, KeyFailure>> {
    const first = await this.#askOnce(place);
    const again = first === "session_over" ? await this.#askOnce(place) : first;
    return again === "session_over" ? err("unavailable") : again;
  }

  async #askOnce(place: KeyPlace): Promise<Result<KeySet, KeyFailure> | "session_over"> {
    const { asked, login } = place;
    let headers = asked.headers;
    let token = "";
    if (login !== null) {
      const session = await this.#deps.sessions.token(login);
      if (!session.ok) return err("unavailable");
      token = session.value;
      headers = { ...headers, authorization: `Bearer ${token}` };
    }
    const answer = await fetchBounded({ ...asked, headers }, FETCH, this.#deps);
    if (!answer.ok) return err("unavailable");
    const { status } = answer.value;
    if (status === 401 && login !== null) {
      this.#deps.sessions.drop(login, token);
      return "session_over";
    }
    if (status !== 200 && place.isUnknown(answer.value)) return err("unknown");
    const keys = status === 200 ? place.read(answer.value) : null;
    return keys === null ? err("unavailable") : ok(keys);
  }
}

/** What most key services answer for a key that they do not have. */
export const isNotFound = ({ status }: Fetched): boolean => status === 404 || status === 410;

function isAllowed({ asked, plain, allowed }: KeyPlace): boolean {
  const url = URL.parse(asked.url);
  if (url === null || url.username !== "" || url.password !== "") return false;
  return (url.protocol === "https:" || (plain && url.protocol === "http:")) && allowed(url.host);
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= NAMES_MAX) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
