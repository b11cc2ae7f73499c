import { isIPv4 } from "node:net";

/**
 * `elsewhere`: not a caller on this machine. `cross_site`: a page of another site made the browser
 * call. `foreign_host`: the address bears another name, as when a stranger's name resolves to this
 * machine (DNS rebinding), whose pages the browser then takes for ours.
 */
export type LocalVerdict = "local" | "elsewhere" | "cross_site" | "foreign_host";

/** Any of these was put in by something between the caller and this machine. */
const PROXIES = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-real-ip",
  "cf-connecting-ip",
] as const;

/**
 * Whether a request without a key is from the developer at this machine, rather than from a page that
 * the developer's browser happens to show. A proxy's headers mean that the true peer is another one.
 */
export function judgeLocal(request: Request, peer: string | null): LocalVerdict {
  const { headers } = request;
  if (peer === null || !isLoopbackAddress(peer)) return "elsewhere";
  if (PROXIES.some((name) => headers.has(name))) return "elsewhere";
  const host = headers.get("host") ?? URL.parse(request.url)?.host ?? null;
  if (host === null || !isLoopbackHost(host)) return "foreign_host";
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return "cross_site";
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) return "cross_site";
  return "local";
}

export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return plain === "::1" || (plain.startsWith("127.") && isIPv4(plain));
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d*$/, "").toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return isLoopbackAddress(name.replace(/^\[(.*)\]$/, "$1"));
}
