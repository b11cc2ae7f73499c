import { createECDH, createHash } from "node:crypto";
import { importJWK, SignJWT } from "jose";
import { seededRandom } from "../../base/random.ts";
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
  #kid = "";
  #private: Awaited<ReturnType<typeof importJWK>> | null = null;
  #secret = "";
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.rotate();
  }

  /** From now on the next key signs. */
  rotate(): void {
    const place = this.#count++;
    this.#kid = uuid(seededRandom(this.#seed * 31_337 + place));
    // Any 32 bytes below the order of the curve are a private key; a hash is, but for one in 2^32.
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(createHash("sha256").update(`${this.#seed} ${place}`).digest());
    const point = curve.getPublicKey();
    this.#secret = curve.getPrivateKey().toString("base64url");
    this.#private = null;
    this.#keys.set(this.#kid, {
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
      alg: "ES256",
      crv: "P-256",
      kty: "EC",
    });
  }

  find(kid: string): VerificationKey | null {
    return this.#keys.get(kid.toLowerCase()) ?? null;
  }

  /**
   * The JWT of `vumi-verification`. Of its claims nothing is documented: it says when it was signed, and
   * the SHA-256 of the body, which its like (Plaid's) does.
   */
  async sign(body: Uint8Array, atS: number): Promise<string> {
    const [kid, secret] = [this.#kid, this.#secret];
    this.#private ??= await importJWK({ ...this.#keys.get(kid), d: secret }, "ES256");
    const claims = { request_body_sha256: createHash("sha256").update(body).digest("hex") };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
      .setIssuedAt(atS)
      .sign(this.#private);
  }
}
