import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";
import type { Random } from "../base/random.ts";
import { err, ok, type Result } from "../base/result.ts";
import { drawBytes } from "./bytes.ts";

const VERSION = "v1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
export const SECRET_KEY_CHARS_MIN = 16;

/** A key text that is too weak, for whoever set it. */
export class WeakSecretKey extends Error {
  override readonly name = "WeakSecretKey";
}

interface SealKey {
  readonly encryption: Buffer;
  readonly authentication: Buffer;
}

/**
 * Encrypts what is secret and stored at run time: AES-256-GCM with keys derived (HKDF-SHA-256) from the texts of
 * `LONGSTOP_SECRET_KEY`. The first text seals; all of them open, so that a key can be replaced: write the new one
 * before the old one, separated by a comma. A sealed text names its version and is bound to what it belongs to, so
 * that it cannot be moved to another endpoint. Without a text, one is made when something is first sealed.
 */
export class Seal {
  readonly #keys: SealKey[];
  readonly #random: Random;
  readonly #make: (() => string) | null;

  /**
   * Throws `WeakSecretKey` when a text has fewer than 16 characters, or there is neither a text nor `make`, which
   * makes one: called once, by the first `seal` or `mac`, which throw what it throws.
   */
  constructor(texts: readonly string[], random: Random, make: (() => string) | null = null) {
    const none = texts.length === 0 && make === null;
    if (none || texts.some((text) => text.length < SECRET_KEY_CHARS_MIN))
      throw new WeakSecretKey(
        `LONGSTOP_SECRET_KEY needs at least ${SECRET_KEY_CHARS_MIN} characters (each, of several separated by commas); \`openssl rand -base64 32\` makes a good one.`,
      );
    this.#keys = texts.map(keyOf);
    this.#random = random;
    this.#make = make;
  }

  /** `v1.<nonce>.<ciphertext and tag>`, both base64url. `owner` is what it is bound to. */
  seal(plain: string, owner: string): string {
    const nonce = drawBytes(this.#random, NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#first().encryption, nonce);
    cipher.setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([
      cipher.update(plain, "utf8"),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${VERSION}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
  }

  /** What was sealed, or a sentence with the remedy. */
  open(text: string, owner: string): Result<string, string> {
    const [version, nonceText = "", sealedText = "", ...rest] = text.split(".");
    const nonce = Buffer.from(nonceText, "base64url");
    const sealed = Buffer.from(sealedText, "base64url");
    if (version !== VERSION || rest.length > 0)
      return err("Its secrets were sealed by a newer version of Longstop; run that one.");
    if (nonce.length === NONCE_BYTES && sealed.length >= TAG_BYTES) {
      for (const { encryption } of this.#keys) {
        const plain = opened(encryption, nonce, sealed, owner);
        if (plain !== null) return ok(plain);
      }
    }
    return err(
      "Its secrets cannot be opened with LONGSTOP_SECRET_KEY: start with the key they were sealed with (several may be given, separated by commas), or rotate its secret and set its headers and auth again.",
    );
  }

  /** A code over `text` that only the holder of the first key can make. */
  mac(text: string): string {
    return macOf(this.#first(), text);
  }

  /** Whether `code` is that of `text`, by any of the keys; in time that does not tell how much of it is right. */
  isMac(text: string, code: string): boolean {
    return this.#keys.some((key) => equal(macOf(key, text), code));
  }

  #first(): SealKey {
    const [first] = this.#keys;
    if (first !== undefined) return first;
    if (this.#make === null) throw new WeakSecretKey("There is no key to seal with.");
    const made = keyOf(this.#make());
    this.#keys.push(made);
    return made;
  }
}

const keyOf = (text: string): SealKey => ({
  encryption: derived(text, "longstop seal"),
  authentication: derived(text, "longstop token"),
});

const derived = (text: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", text, "", purpose, KEY_BYTES));

const macOf = (key: SealKey, text: string): string =>
  createHmac("sha256", key.authentication).update(text).digest("base64url");

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function opened(key: Buffer, nonce: Buffer, sealed: Buffer, owner: string): string | null {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]).toString();
  } catch {
    // Another key, or not what was sealed: the tag does not fit, and which of them it is nobody can tell.
    return null;
  }
}
