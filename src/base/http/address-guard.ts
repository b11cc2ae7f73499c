import { Networks, parseIp } from "./ip-address.ts";

export type AddressVerdict =
  | { readonly kind: "public" }
  /** Named in `network.allowPrivate`. */
  | { readonly kind: "excepted" }
  | { readonly kind: "refused"; readonly why: string };

/**
 * What no stranger's URL may lead to. From the IANA special-purpose registries of IPv4 and IPv6 (RFC 6890
 * and its updates), except for the few anycast services in them that are reachable globally: nobody
 * receives webhooks there, so whole blocks are refused. Beyond the registries: multicast, class E, and the
 * address at which Azure answers its machines, which lies in public space.
 */
const REFUSED: readonly (readonly [network: string, why: string])[] = [
  ["0.0.0.0/8", "unspecified"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "shared with a carrier's network"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local, where clouds keep their metadata"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "reserved for protocols"],
  ["192.0.2.0/24", "for documentation"],
  ["192.31.196.0/24", "reserved for protocols"],
  ["192.52.193.0/24", "reserved for protocols"],
  ["192.88.99.0/24", "a 6to4 relay"],
  ["192.168.0.0/16", "private"],
  ["192.175.48.0/24", "reserved for protocols"],
  ["198.18.0.0/15", "for benchmarks"],
  ["198.51.100.0/24", "for documentation"],
  ["203.0.113.0/24", "for documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved or broadcast"],
  ["168.63.129.16/32", "a cloud's own service"],
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::ffff:0:0/96", "an IPv4 address in IPv6 clothes"],
  ["::/96", "an IPv4 address in IPv6 clothes"],
  ["64:ff9b::/96", "an IPv4 address behind NAT64"],
  ["64:ff9b:1::/48", "an IPv4 address behind NAT64"],
  ["100::/63", "discarded"],
  ["2001::/32", "a Teredo tunnel"],
  ["2001::/23", "reserved for protocols"],
  ["2001:db8::/32", "for documentation"],
  ["2002::/16", "a 6to4 tunnel"],
  ["2620:4f:8000::/48", "reserved for protocols"],
  ["3fff::/20", "for documentation"],
  ["fc00::/7", "private"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "site-local"],
  ["ff00::/8", "multicast"],
];

const TABLE = REFUSED.map(([network, why]) => ({ networks: new Networks([network]), why }));

/** All that has been given out for use on the Internet (RFC 4291, section 2.4). */
const GLOBAL_UNICAST = new Networks(["2000::/3"]);

/**
 * Judges an address as a resolver gives it. Whatever is not known to be an ordinary address of the Internet
 * is refused, and so is what cannot be read. `excepted` comes first: it is the operator's explicit word.
 */
export function judgeAddress(address: string, excepted: Networks): AddressVerdict {
  const bytes = parseIp(address);
  if (bytes === null) return { kind: "refused", why: "written in a way that means no one address" };
  if (excepted.hold(bytes)) return { kind: "excepted" };
  const found = TABLE.find(({ networks }) => networks.hold(bytes));
  if (found !== undefined) return { kind: "refused", why: found.why };
  if (bytes.length === 16 && !GLOBAL_UNICAST.hold(bytes))
    return { kind: "refused", why: "not given out for use on the Internet" };
  return { kind: "public" };
}
