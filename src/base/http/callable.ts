import { err, ok, type Result } from "../result.ts";
import { judgeAddress } from "./address-guard.ts";
import type { AskFault } from "./client.ts";
import type { Networks } from "./ip-address.ts";
import type { Target } from "./target.ts";

/** Of a name's addresses, how many are tried. */
const ADDRESSES_MAX = 4;

/**
 * Of the addresses that a name led to, those that may be connected to, in the resolver's order, at most four.
 * A name with a good and a bad one is asked at the good one: nobody gets anywhere by adding a bad one, and
 * networks that map IPv4 into IPv6 add one to every name. Plain http goes to excepted addresses alone.
 */
export function callableOf(
  target: Target,
  addresses: readonly string[],
  excepted: Networks,
): Result<readonly string[], AskFault> {
  const good: string[] = [];
  let plain = false;
  let why: string | null = null;
  for (const address of addresses) {
    const verdict = judgeAddress(address, excepted);
    if (verdict.kind === "refused") why ??= verdict.why;
    else if (target.tls || verdict.kind === "excepted") good.push(address);
    else plain = true;
  }
  if (good.length > 0) return ok(good.slice(0, ADDRESSES_MAX));
  if (plain) return err(plainRefused(target));
  return err(why === null ? nameNotFound(target) : addressRefused(target, why));
}

export const nameNotFound = ({ host }: Target): AskFault => ({
  code: "name_not_found",
  detail: `The name ${host} leads to no address: check its spelling and its DNS records.`,
});

const plainRefused = ({ host }: Target): AskFault => ({
  code: "url_refused",
  detail: `Plain http to ${host} would show everything on the way: use https (http is for addresses in network.allowPrivate).`,
});

const addressRefused = ({ host }: Target, why: string): AskFault => ({
  code: "address_refused",
  detail: `${host} leads to an address that may not be called (${why}): add its network to network.allowPrivate if it is yours.`,
});
