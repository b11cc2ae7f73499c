import { isIP } from "node:net";
import { err, ok, type Result } from "../result.ts";
import type { AskFault } from "./client.ts";

/** Where a request goes, as far as its URL tells. */
export interface Target {
  readonly tls: boolean;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
  /** For the `Host` header: the port only where it is not the scheme's own. */
  readonly authority: string;
  /** Path and query, as sent. */
  readonly path: string;
}

/**
 * Ports of services that would take an HTTP request for something in their own language (mail, IRC, SIP, …).
 * The "bad ports" of the Fetch standard, which browsers refuse too; every other port may be asked.
 */
const PORTS_REFUSED: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
  512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
  995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
  6669, 6679, 6697, 10080,
]);

const URL_CHARACTERS_MAX = 8_192;

/** What was read of late: the same few URLs are asked again and again, and each says the same for ever. */
const REMEMBERED_MAX = 256;
const remembered = new Map<string, Result<Target, AskFault>>();

/** The same as `readTarget`, remembered. */
export function targetOf(text: string): Result<Target, AskFault> {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const target = readTarget(text);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  if (target.ok) remembered.set(text, target);
  return target;
}

/**
 * Reads a URL, so that what is judged is what is connected to: odd spellings of IPv4 (octal, hexadecimal,
 * short, one number) come out as the address they mean. Refuses what no request may be sent to.
 */
function readTarget(text: string): Result<Target, AskFault> {
  if (text.length > URL_CHARACTERS_MAX)
    return refused(`The URL is longer than ${URL_CHARACTERS_MAX} characters.`);
  const url = URL.parse(text);
  if (url === null) return refused("The URL cannot be read: write it as https://host/path.");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return refused(`Only https URLs can be called, not ${url.protocol} ones.`);
  if (host === "") return refused("The URL names no host.");
  if (url.username !== "" || url.password !== "")
    return refused(
      `The URL for ${host} holds credentials: send them by a header, or by the endpoint's auth.`,
    );
  const tls = url.protocol === "https:";
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  if (PORTS_REFUSED.has(port))
    return refused(
      `Port ${port} of ${host} belongs to another protocol: serve HTTP on another port.`,
    );
  const path = url.pathname + url.search;
  if (!/^\/[\x21-\x7e]*$/.test(path))
    return refused(`The path of the URL for ${host} cannot be sent: percent-encode it.`);
  return ok({ tls, host, isAddress: isIP(host) !== 0, port, authority: url.host, path });
}

const refused = (detail: string): Result<never, AskFault> => err({ code: "url_refused", detail });
