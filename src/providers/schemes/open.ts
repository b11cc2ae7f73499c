import { err, ok, type Result, unreachable } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import type { Proof, VerifyFailure } from "../provider.ts";
import { openHmac } from "./hmac.ts";
import { failed, type Scheme } from "./scheme.ts";
import { openStandardWebhooks } from "./standard-webhooks.ts";
import { openBasic, openBearer } from "./tokens.ts";

/** Prepares a scheme's keys. `fallback`: the source's secrets, for schemes that bring none of their own. */
export function openScheme(settings: VerifySettings, fallback: readonly string[]): Scheme {
  switch (settings.scheme) {
    case "hmac":
      return openHmac(settings, fallback);
    case "standard-webhooks":
      return openStandardWebhooks(settings, fallback);
    case "basic":
      return openBasic(settings, fallback);
    case "bearer":
      return openBearer(settings, fallback);
    case "none":
      return NONE;
    case "all":
      return openAll(settings.of.map((part) => openScheme(part, fallback)));
    case "any":
      return openAny(settings.of.map((part) => openScheme(part, fallback)));
    default:
      return unreachable(settings);
  }
}

const NONE: Scheme = {
  verify: () => ok({ scheme: "none", fingerprint: null }),
  sign: () => ok({}),
};

/** Every part must hold; the first that does not is the answer. Of no parts, none holds. */
function openAll(parts: readonly Scheme[]): Scheme {
  return {
    verify(inbound) {
      let proof: Proof | null = null;
      for (const part of parts) {
        const result = part.verify(inbound);
        if (!result.ok) return result;
        if (proof === null || proof.fingerprint === null) proof = result.value;
      }
      return proof === null ? failed("signature_mismatch", "No scheme is configured.") : ok(proof);
    },
    sign(unsigned) {
      const headers: Record<string, string> = {};
      for (const part of parts) {
        const signed = part.sign({ ...unsigned, headers: { ...unsigned.headers, ...headers } });
        if (!signed.ok) return signed;
        Object.assign(headers, signed.value);
      }
      return ok(headers);
    },
  };
}

/** One part must hold. Where none does, a wrong signature tells more than an absent one. */
function openAny(parts: readonly Scheme[]): Scheme {
  return {
    verify(inbound) {
      let failure: Result<Proof, VerifyFailure> | null = null;
      for (const part of parts) {
        const result = part.verify(inbound);
        if (result.ok) return result;
        if (failure === null || tellsMore(result.error, failure)) failure = result;
      }
      return failure ?? failed("signature_mismatch", "No scheme is configured.");
    },
    sign(unsigned) {
      for (const part of parts) {
        const signed = part.sign(unsigned);
        if (signed.ok) return signed;
      }
      return err("None of the schemes has a secret to sign with.");
    },
  };
}

/** Absent < mismatch < right but out of time. */
const RANK = {
  signature_missing: 0,
  signature_mismatch: 1,
  timestamp_too_old: 2,
  timestamp_in_future: 2,
};

const tellsMore = (failure: VerifyFailure, than: Result<Proof, VerifyFailure>): boolean =>
  !than.ok && RANK[failure.code] > RANK[than.error.code];
