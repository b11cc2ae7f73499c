import type { Millis } from "../../base/clock.ts";
import { parseDateTime } from "../date-time.ts";
import type { VerifyFailure } from "../provider.ts";

/**
 * A signed time against the time of arrival, both ways: vendors' libraries often refuse only what is
 * too old, but a far future makes a stolen request good for ever. Compared in whole seconds when the
 * sender gives seconds, as those libraries do; an age of exactly `toleranceS` is fine.
 */
export function checkAge(
  value: string,
  unit: "s" | "ms" | "iso",
  toleranceS: number,
  receivedAt: Millis,
): VerifyFailure | null {
  const at = signedTime(value, unit);
  if (at === null) {
    return { code: "signature_mismatch", detail: "The signed timestamp cannot be read." };
  }
  const now = unit === "s" ? Math.floor(receivedAt / 1000) * 1000 : receivedAt;
  const ageS = (now - at) / 1000;
  if (Math.abs(ageS) <= toleranceS) return null;
  const seconds = Math.round(Math.abs(ageS));
  return ageS > 0
    ? { code: "timestamp_too_old", detail: `Signed ${seconds} s ago; ${toleranceS} s are allowed.` }
    : {
        code: "timestamp_in_future",
        detail: `Signed ${seconds} s ahead; ${toleranceS} s are allowed.`,
      };
}

function signedTime(value: string, unit: "s" | "ms" | "iso"): Millis | null {
  if (unit === "iso") return parseDateTime(value);
  if (!/^\d{1,15}$/.test(value)) return null;
  return unit === "s" ? Number(value) * 1000 : Number(value);
}
