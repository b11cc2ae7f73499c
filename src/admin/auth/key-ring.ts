import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Actor, StoredKey } from "../../journal/facts.ts";
import type { Journal, Reads } from "../../journal/journal.ts";

export interface KeyRingDeps {
  readonly reads: Pick<Reads, "keys">;
  readonly journal: Pick<Journal, "record">;
  readonly clock: Clock;
  readonly random: Random;
  /** `LONGSTOP_ADMIN_KEY`; `null` when it is not set. */
  readonly fixedKey: string | null;
}

/** Whose secret it was. */
export interface KeyHolder {
  readonly id: Actor;
  readonly scopes: readonly string[];
  /** Chosen by a person, so that trying many could find it. */
  readonly guessable: boolean;
}

/** 37 characters of 36 are 191 random bits. */
const SECRET_CHARS = 37;
const KEY_ID_CHARS = 12;
export const KEYS_MAX = 1_000;
/** How the key from the environment is called in the journal. */
export const FIXED_KEY_ID = "key_environment";

/**
 * The keys that open the API, in memory: read once at start and changed only here, since one process
 * owns the journal. Only hashes are kept; a secret is known to its holder alone.
 */
export class KeyRing {
  readonly #deps: KeyRingDeps;
  readonly #keys = new Map<string, { readonly key: StoredKey; readonly hash: Uint8Array }>();
  readonly #fixedHash: Uint8Array | null;
  #beingMade = 0;

  constructor(deps: KeyRingDeps) {
    this.#deps = deps;
    this.#fixedHash = deps.fixedKey ? sha256(deps.fixedKey) : null;
  }

  /** To be awaited before the first request. Rejects with `ReadRefused`. */
  async load(): Promise<void> {
    for (const key of await this.#deps.reads.keys()) this.#put(key);
  }

  /**
   * Makes an admin key where nobody could log in, and resolves with its secret, to be printed once;
   * with `null` where there is a way in already. Rejects with `JournalRefused`.
   */
  async ensureFirstKey(): Promise<string | null> {
    if (this.#fixedHash !== null || this.#hasAdmin()) return null;
    const made = await this.create("first key", ["admin"], "start");
    return made.ok ? made.value.secret : null;
  }

  /** In order of creation, without what was revoked. */
  list(): readonly StoredKey[] {
    return [...this.#keys.values()].map(({ key }) => key);
  }

  /** Whose `secret` it is. Every key is compared, in constant time each. */
  find(secret: string): KeyHolder | null {
    const hash = sha256(secret);
    let holder: KeyHolder | null = null;
    for (const { key, hash: own } of this.#keys.values()) {
      if (timingSafeEqual(hash, own)) holder = { id: key.id, scopes: key.scopes, guessable: false };
    }
    if (this.#fixedHash !== null && timingSafeEqual(hash, this.#fixedHash)) {
      holder ??= { id: FIXED_KEY_ID, scopes: ["admin"], guessable: true };
    }
    return holder;
  }

  /** The holder of a key by its id: what a session that it opened may do now; `null` once it is revoked. */
  holder(id: Actor): KeyHolder | null {
    if (id === FIXED_KEY_ID && this.#fixedHash !== null) {
      return { id, scopes: ["admin"], guessable: true };
    }
    const held = this.#keys.get(id);
    return held === undefined ? null : { id, scopes: held.key.scopes, guessable: false };
  }

  /** Opens doors only once it is journaled. Rejects with `JournalRefused`. */
  async create(
    name: string,
    scopes: readonly string[],
    by: Actor,
  ): Promise<Result<{ key: StoredKey; secret: string }, "too_many_keys">> {
    if (this.#keys.size + this.#beingMade >= KEYS_MAX) return err("too_many_keys");
    const { clock, random, journal } = this.#deps;
    const secret = `lsk_${random.text(SECRET_CHARS)}`;
    const at = clock.now();
    const key: StoredKey = {
      id: `key_${random.text(KEY_ID_CHARS)}`,
      name,
      hash: Buffer.from(sha256(secret)).toString("hex"),
      scopes: [...scopes],
      createdAt: at,
    };
    this.#beingMade++;
    try {
      await journal.record({ kind: "key_created", at, key, by });
    } finally {
      this.#beingMade--;
    }
    this.#put(key);
    return ok({ key, secret });
  }

  /** Shuts the door at once, and opens it again if the journal refuses. Rejects with `JournalRefused`. */
  async revoke(id: string, by: Actor): Promise<Result<null, "not_found" | "last_admin_key">> {
    const held = this.#keys.get(id);
    if (held === undefined) return err("not_found");
    this.#keys.delete(id);
    if (held.key.scopes.includes("admin") && this.#fixedHash === null && !this.#hasAdmin()) {
      this.#put(held.key);
      return err("last_admin_key");
    }
    try {
      await this.#deps.journal.record({ kind: "key_revoked", at: this.#deps.clock.now(), id, by });
    } catch (refused) {
      this.#put(held.key);
      throw refused;
    }
    return ok(null);
  }

  #hasAdmin(): boolean {
    return this.list().some((key) => key.scopes.includes("admin"));
  }

  #put(key: StoredKey): void {
    const hash = new Uint8Array(Buffer.from(key.hash, "hex"));
    // A damaged row must not let anyone in, nor break the comparison of all the others.
    if (hash.length === 32) this.#keys.set(key.id, { key, hash });
  }
}

function sha256(secret: string): Uint8Array {
  return new Bun.CryptoHasher("sha256").update(secret).digest();
}
