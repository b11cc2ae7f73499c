import { createHash } from "node:crypto";
import { errors, type JWTPayload, jwtVerify } from "jose";
import { err, ok, type Result } from "../../base/result.ts";
import type { JwtAlgorithm, JwtSettings } from "../../config/jwt-settings.ts";
import type { PublicKey } from "../key-service.ts";
import { fieldOf } from "../payload.ts";
import type { Inbound, VerifyFailure } from "../provider.ts";
import { equalSignatures } from "./compare.ts";
import { failed } from "./scheme.ts";
import { checkAge } from "./tolerance.ts";

/** What a token must say, once its signature is right. */
export type JwtRules = Pick<
  JwtSettings,
  "issuer" | "audience" | "claims" | "required" | "bodyHash" | "toleranceS" | "maxAgeS"
>;

/**
 * Whether the token was signed with the key and says what the rules demand, at the time of arrival. The
 * algorithm is one of `algorithms`, whatever the token would like.
 */
export async function judgeJwt(
  token: string,
  { key }: PublicKey,
  algorithms: readonly JwtAlgorithm[],
  rules: JwtRules,
  inbound: Inbound,
): Promise<Result<JWTPayload, VerifyFailure>> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [...algorithms],
      ...(rules.issuer === null ? {} : { issuer: rules.issuer }),
      ...(rules.audience.length === 0 ? {} : { audience: [...rules.audience] }),
      requiredClaims: [...rules.required],
      clockTolerance: rules.toleranceS,
      currentDate: new Date(inbound.receivedAt),
    });
    return checkClaims(payload, rules, inbound) ?? ok(payload);
  } catch (error) {
    return err(failureOf(error));
  }
}

/** jose tells by codes what was wrong; any other trouble with a hostile token is a mismatch, too. */
function failureOf(error: unknown): VerifyFailure {
  if (error instanceof errors.JWTExpired) {
    return { code: "timestamp_too_old", detail: "The token has expired." };
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf" && error.reason === "check_failed") {
      return { code: "timestamp_in_future", detail: "The token is not valid yet (nbf)." };
    }
    const missing = error.reason === "missing" ? "is missing" : "is not what is demanded";
    return { code: "signature_mismatch", detail: `The token's claim ${error.claim} ${missing}.` };
  }
  return { code: "signature_mismatch", detail: "The token was not signed with a known key." };
}

function checkClaims(
  payload: JWTPayload,
  rules: JwtRules,
  inbound: Inbound,
): Result<never, VerifyFailure> | null {
  for (const [claim, wanted] of Object.entries(rules.claims)) {
    if (String(fieldOf(payload, claim)) !== wanted) {
      return failed("signature_mismatch", `The token's claim ${claim} is not what is demanded.`);
    }
  }
  const { bodyHash, maxAgeS } = rules;
  if (bodyHash !== null) {
    const given = fieldOf(payload, bodyHash.claim);
    const expected = createHash(bodyHash.algorithm).update(inbound.body).digest(bodyHash.encoding);
    if (typeof given !== "string" || !equalSignatures(expected, given)) {
      return failed("signature_mismatch", `The token's ${bodyHash.claim} is of another body.`);
    }
  }
  if (maxAgeS === null) return null;
  const faulty = checkAge(String(payload.iat), "s", maxAgeS, inbound.receivedAt);
  return faulty === null ? null : err(faulty);
}
