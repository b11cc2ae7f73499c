import { createECDH, createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { seededRandom } from "../../base/random.ts";
import { signJws } from "../../providers/schemes/jws.ts";
import { uuid } from "./uuid.ts";

/** As `GET /api/v1/webhook_verification/{keyId}` answers it: without id, use or end. */
export interface VerificationKey {
  readonly x: string;
  readonly y: string;
  readonly alg: "ES256";
  readonly crv: "P-256";
  readonly kty: "EC";
}

/**
 * The keys that webhooks are signed with, one after the other, made from the seed: a simulator that is
 * started again signs with the same ones. Old keys can still be asked for.
 */
export class SigningKeys {
  readonly #seed: number;
  readonly #keys = new Map<string, VerificationKey>();
  #count = 0;
  #signing: { readonly kid: string; readonly key: KeyObject };

  constructor(seed: number) {
    this.#seed = seed;
    this.#signing = this.#next();
  }

  /** From now on the next key signs. */
  rotate(): void {
    this.#signing = this.#next();
  }

  find(kid: string): VerificationKey | null {
    return this.#keys.get(kid.toLowerCase()) ?? null;
  }

  /**
   * The JWT of `vumi-verification`. Of its claims nothing is documented: it says when it was signed, and
   * the SHA-256 of the body, which its like (Plaid's) does.
   */
  sign(body: Uint8Array, atS: number): string {
    const { kid, key } = this.#signing;
    const hash = createHash("sha256").update(body).digest("hex");
    const claims = Buffer.from(JSON.stringify({ iat: atS, request_body_sha256: hash }));
    return signJws({ alg: "ES256", kid, typ: "JWT" }, claims, key);
  }

  #next(): { readonly kid: string; readonly key: KeyObject } {
    const place = this.#count++;
    const kid = uuid(seededRandom(this.#seed * 31_337 + place));
    // Any 32 bytes below the order of the curve are a private key; a hash is, but for one in 2^32.
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(createHash("sha256").update(`${this.#seed} ${place}`).digest());
    const point = curve.getPublicKey();
    const key: VerificationKey = {
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
      alg: "ES256",
      crv: "P-256",
      kty: "EC",
    };
    this.#keys.set(kid, key);
    const d = padded(curve.getPrivateKey()).toString("base64url");
    return { kid, key: createPrivateKey({ key: { ...key, d }, format: "jwk" }) };
  }
}

/** 32 bytes: the curve gives a small one without its leading zeros. */
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.alloc(Math.max(0, 32 - bytes.length)), bytes]);
