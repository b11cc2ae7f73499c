import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Actor } from "../../journal/facts.ts";

/** A session that is not used for so long is over. */
export const IDLE_MS_MAX = 12 * 3_600_000;
/** However much it is used: then the key is asked for again. */
export const AGE_MS_MAX = 7 * 86_400_000;
/** Sessions at once; beyond them the one that was not used for longest ends. */
export const SESSIONS_MAX = 1_000;
/** Of one key: whoever logs in without end ends sessions of their own, and nobody else's. */
export const SESSIONS_OF_ONE_MAX = 100;
/** 37 characters of 36 are 191 random bits. */
const TOKEN_CHARS = 37;

/** A browser that has logged in with a key. */
export interface Session {
  /** Whose key it was; what it may do is asked of the key ring each time, so that a revoked key ends it. */
  readonly by: Actor;
  /** What every changing request must repeat in a header, which a page of another site cannot read. */
  readonly csrf: string;
}

interface Held extends Session {
  readonly openedAt: number;
  usedAt: number;
}

/** In memory alone: after a restart one logs in again, and no stolen disk holds a session. */
export class Sessions {
  readonly #clock: Clock;
  readonly #random: Random;
  /** By the token's hash, in order of last use. */
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A new session; the token goes into the browser's cookie and is kept nowhere else. */
  open(by: Actor): { readonly token: string; readonly session: Session } {
    const at = this.#clock.monotonic();
    const [token, csrf] = [this.#random.text(TOKEN_CHARS), this.#random.text(TOKEN_CHARS)];
    const held: Held = { by, csrf, openedAt: at, usedAt: at };
    this.#endOldestOf(by);
    this.#held.set(hashOf(token), held);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= SESSIONS_MAX) break;
      this.#held.delete(oldest);
    }
    return { token, session: held };
  }

  /** The session of a token, which counts as used; `null` when it is over or never was. */
  find(token: string): Session | null {
    const name = hashOf(token);
    const held = this.#held.get(name);
    if (held === undefined) return null;
    const at = this.#clock.monotonic();
    this.#held.delete(name);
    if (at - held.usedAt > IDLE_MS_MAX || at - held.openedAt > AGE_MS_MAX) return null;
    held.usedAt = at;
    this.#held.set(name, held);
    return held;
  }

  /** Makes room among the sessions of one key where it has as many as it may. */
  #endOldestOf(by: Actor): void {
    const own = [...this.#held].filter(([, held]) => held.by === by);
    const [oldest] = own;
    if (oldest !== undefined && own.length >= SESSIONS_OF_ONE_MAX) this.#held.delete(oldest[0]);
  }

  close(token: string): void {
    this.#held.delete(hashOf(token));
  }
}

/** Looked up by hash, the time of a look-up tells nothing about tokens that exist. */
const hashOf = (token: string): string =>
  new Bun.CryptoHasher("sha256").update(token).digest("base64");
