import { isIP } from "node:net";
import { type Check, wrongType } from "./check.ts";
import type { Address } from "./settings.ts";

const ADDRESS = '"host:port", such as "0.0.0.0:8080" or "[::]:8080"';

/** An address to listen on. Port 0 takes any free one. */
export const listenAddress: Check<Address> = (value, place) => {
  if (typeof value === "number") {
    return place.fault(value, {
      message: "has no host",
      allowed: ADDRESS,
      nearest: `"0.0.0.0:${value}" or "127.0.0.1:${value}"`,
    });
  }
  if (typeof value !== "string") return wrongType(value, place, ADDRESS);
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(value.trim());
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3] ?? Number.NaN);
  if (match !== null && isHost(host, match[1] !== undefined) && port <= 65_535)
    return { host, port };
  const only = /^:?(\d{1,5})$/.exec(value.trim())?.[1];
  const nearest = only === undefined ? undefined : JSON.stringify(`0.0.0.0:${only}`);
  const message = port > 65_535 ? "has a port above 65535" : "is not an address";
  return place.fault(value, { message, allowed: ADDRESS, nearest });
};

function isHost(host: string, bracketed: boolean): boolean {
  if (bracketed) return isIP(host) === 6;
  // A name of digits and dots that is no address is a slip, not a host.
  return /^[\d.]+$/.test(host) ? isIP(host) === 4 : isHostName(host);
}

const isHostName = (host: string): boolean =>
  host.length <= 253 &&
  /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/.test(
    host,
  );

/** A network in CIDR notation; a single address stands for itself. */
export const network: Check<string> = (value, place) => {
  const allowed = 'a network such as "10.0.0.0/8", "127.0.0.1/32" or "fd00::/8"';
  if (typeof value !== "string") return wrongType(value, place, allowed);
  const [address = "", prefix, ...rest] = value.trim().split("/");
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  if (family === 0 || rest.length > 0)
    return place.fault(value, { message: "is not a network", allowed });
  if (prefix === undefined) return `${address}/${bits}`;
  const length = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || length > bits) {
    return place.fault(value, {
      message: `has a prefix that is not 0 to ${bits}`,
      allowed,
      nearest: JSON.stringify(`${address}/${bits}`),
    });
  }
  const start = family === 4 ? networkStart(address, length) : address;
  if (start === address) return `${address}/${length}`;
  return place.fault(value, {
    message: "has bits set beyond its prefix, so that it is unclear which network is meant",
    allowed,
    nearest: `${JSON.stringify(`${start}/${length}`)} or ${JSON.stringify(`${address}/32`)}`,
  });
};

function networkStart(address: string, length: number): string {
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const block = 2 ** (32 - length);
  const start = Math.floor(number / block) * block;
  return [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
}

/** An absolute http(s) URL; without a slash at its end afterwards. */
export function httpUrl(options: {
  readonly plain: "allowed" | "refused";
  readonly query: boolean;
}): Check<string> {
  const allowed =
    options.plain === "allowed"
      ? "an http or https URL"
      : "an https URL (http only to addresses in network.allowPrivate)";
  return (value, place) => {
    if (typeof value !== "string") return wrongType(value, place, allowed);
    const url = URL.parse(value.trim());
    if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
      const bare = /^[\w.-]+\.[a-z]{2,}(?:[:/].*)?$/i.test(value.trim());
      return place.fault(value, {
        message: "is not a URL",
        allowed,
        nearest: bare ? JSON.stringify(`https://${value.trim()}`) : undefined,
      });
    }
    if (url.protocol === "http:" && options.plain === "refused") {
      return place.fault(value, {
        message: "is not https",
        allowed,
        nearest: JSON.stringify(value.trim().replace(/^http:/i, "https:")),
      });
    }
    if (!options.query && (url.search !== "" || url.hash !== "")) {
      return place.fault(value, {
        message: "has a query or a fragment",
        allowed: "a URL without them",
        nearest: JSON.stringify(url.origin + url.pathname),
      });
    }
    return url.href.replace(/\/+$/, "");
  };
}
