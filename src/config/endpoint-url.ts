import { judgeAddress } from "../base/http/address-guard.ts";
import { Networks } from "../base/http/ip-address.ts";
import { targetOf } from "../base/http/target.ts";
import type { Check } from "./check.ts";
import { wrongType } from "./check.ts";

/** What may be called: everything public, and what `network.allowPrivate` names. */
export interface Reach {
  readonly allowPrivate: readonly string[];
}

const ALLOWED = "an https URL of a public host (network.allowPrivate names exceptions)";
const URL_CHARS_MAX = 2_048;

/**
 * The URL of a subscriber, as it was given. An address in it is judged here; a name can lead elsewhere
 * tomorrow and is judged whenever it is connected to.
 */
export function endpointUrl({ allowPrivate }: Reach): Check<string> {
  const excepted = new Networks(allowPrivate);
  return (value, place) => {
    if (typeof value !== "string") return wrongType(value, place, ALLOWED);
    const given = value.trim();
    const fault = (message: string, nearest?: string): undefined =>
      place.fault(value, { message, allowed: ALLOWED, nearest });
    const url = URL.parse(given);
    if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
      const bare = /^[\w.-]+\.[a-z]{2,}(?:[:/].*)?$/i.test(given);
      return fault("is not a URL", bare ? JSON.stringify(`https://${given}`) : undefined);
    }
    if (given.length > URL_CHARS_MAX) return fault(`is longer than ${URL_CHARS_MAX} characters`);
    // Readers of URLs leave line breaks out without a word: then what is shown is not what is called.
    if (/[\s\p{Cc}\p{Cf}]/u.test(given))
      return fault("holds a space or a character that is not seen");
    if (url.username !== "" || url.password !== "")
      return fault("holds credentials, which belong into auth");
    if (url.hash !== "") return fault("has a fragment, which is never sent");
    // Ports of other protocols, above all: what will never be called is said now.
    const target = targetOf(given);
    if (!target.ok) return fault(`cannot be called. ${target.error.detail.replace(/\.$/, "")}`);
    const verdict = judgeAddress(addressOf(url.hostname), excepted);
    if (verdict.kind === "excepted") return given;
    if (isAddress(url.hostname) && verdict.kind === "refused")
      return fault(`leads to an address that is not public: ${verdict.why}`);
    // A name may lead to an exception; that is seen when it is connected to.
    const named = !isAddress(url.hostname) && allowPrivate.length > 0;
    if (url.protocol === "https:" || named) return given;
    return fault("is not https", JSON.stringify(given.replace(/^http:/i, "https:")));
  };
}

const LOCAL = /^(?:.+\.)?localhost\.?$/i;

/** Names that mean this machine wherever they are looked up (RFC 6761) count as its address. */
const addressOf = (host: string): string =>
  LOCAL.test(host) ? "127.0.0.1" : host.replace(/^\[|\]$/g, "");

const isAddress = (host: string): boolean =>
  LOCAL.test(host) || host.startsWith("[") || /^[\d.]+$/.test(host);
