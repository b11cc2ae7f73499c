import { err, ok } from "../../base/result.ts";
import type { Proof, VerifyFailure, VerifyFailureCode } from "../provider.ts";
import { failed, type LateScheme, type Sign, type Verdict } from "./scheme.ts";

/** Every part must hold; the first that does not is the answer. Of no parts, none holds. */
export function openAll(parts: readonly LateScheme[]): LateScheme {
  return {
    verify(inbound) {
      let proof: Proof | null = null;
      return walk(
        parts,
        (part) => part.verify(inbound),
        (verdict) => {
          if (!verdict.ok) return verdict;
          if (proof === null || proof.fingerprint === null) proof = verdict.value;
          return null;
        },
        () =>
          proof === null ? failed("signature_mismatch", "No scheme is configured.") : ok(proof),
      );
    },
    sign: signAll(parts),
  };
}

/** Each part signs over what those before it have added. */
function signAll(parts: readonly LateScheme[]): Sign {
  return (unsigned) => {
    const headers: Record<string, string> = {};
    for (const part of parts) {
      const signed = part.sign({ ...unsigned, headers: { ...unsigned.headers, ...headers } });
      if (!signed.ok) return signed;
      Object.assign(headers, signed.value);
    }
    return ok(headers);
  };
}

/** One part must hold. Where none does, a wrong signature tells more than an absent one. */
export function openAny(parts: readonly LateScheme[]): LateScheme {
  return {
    verify(inbound) {
      let failure: VerifyFailure | null = null;
      return walk(
        parts,
        (part) => part.verify(inbound),
        (verdict) => {
          if (verdict.ok) return verdict;
          if (failure === null || tellsMore(verdict.error, failure)) failure = verdict.error;
          return null;
        },
        () =>
          failure === null
            ? failed("signature_mismatch", "No scheme is configured.")
            : err(failure),
      );
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

/** One part after the other until `judge` decides; without a promise where no part makes one. */
function walk(
  parts: readonly LateScheme[],
  ask: (part: LateScheme) => Verdict | Promise<Verdict>,
  judge: (verdict: Verdict) => Verdict | null,
  end: () => Verdict,
  from = 0,
): Verdict | Promise<Verdict> {
  for (const [index, part] of parts.entries()) {
    if (index < from) continue;
    const asked = ask(part);
    if (asked instanceof Promise) {
      return asked.then((verdict) => judge(verdict) ?? walk(parts, ask, judge, end, index + 1));
    }
    const decided = judge(asked);
    if (decided !== null) return decided;
  }
  return end();
}

/**
 * Absent < mismatch < right but out of time < not to be judged now: where a key is missing, the request
 * may yet be right, and refusing it for good would lose it.
 */
const RANK: Readonly<Record<VerifyFailureCode, number>> = {
  signature_missing: 0,
  signature_mismatch: 1,
  timestamp_too_old: 2,
  timestamp_in_future: 2,
  keys_unavailable: 3,
};

const tellsMore = (failure: VerifyFailure, than: VerifyFailure): boolean =>
  RANK[failure.code] > RANK[than.code];
