import { BlockList, isIP } from "node:net";
import { ok } from "../../base/result.ts";
import type { VerifySettings } from "../../config/settings.ts";
import type { Inbound } from "../provider.ts";
import { failed, type Scheme } from "./scheme.ts";

type Settings = Extract<VerifySettings, { scheme: "ip-allow-list" }>;

/** More proxies than anybody chains; a longer list is not looked at. */
const HOPS_MAX = 32;

/**
 * Where a request comes from. Without a proxy that is the peer. Behind one, the peer's header says it,
 * and is believed as far as it was written by proxies that are trusted: counted from its end, since
 * whatever stands before that anybody can have sent.
 */
export function openIpAllowList(settings: Settings): Scheme {
  const allowed = networks(settings.addresses);
  const client = clientFinder(settings);
  return {
    verify(inbound) {
      const address = client(inbound);
      if (address !== null && within(allowed, address)) {
        return ok({ scheme: "ip-allow-list", fingerprint: null });
      }
      return address === null
        ? failed("signature_missing", "It cannot be told which address the request comes from.")
        : failed("signature_mismatch", "The request comes from an address that is not allowed.");
    },
    sign: () => ok({}),
  };
}

function clientFinder({ proxies, header }: Settings): (inbound: Inbound) => string | null {
  if (typeof proxies === "number") {
    return (inbound) => {
      if (proxies === 0) return normal(inbound.peer);
      return normal(hopsOf(inbound, header).at(-proxies) ?? "");
    };
  }
  const trusted = networks(proxies);
  return (inbound) => {
    const peer = normal(inbound.peer);
    if (peer === null || !within(trusted, peer)) return peer;
    for (const hop of hopsOf(inbound, header).reverse()) {
      const address = normal(hop);
      if (address === null || !within(trusted, address)) return address;
    }
    return null;
  };
}

const hopsOf = (inbound: Inbound, header: string): string[] =>
  (inbound.header(header) ?? "")
    .split(",")
    .slice(-HOPS_MAX)
    .map((hop) => hop.trim());

/** Without brackets and port, as some proxies write them, and an IPv4 address as one; `null`: it is none. */
function normal(text: string): string | null {
  const bare =
    /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(text)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ??
    text;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(mapped) === 0 ? null : mapped;
}

function networks(list: readonly string[]): BlockList {
  const found = new BlockList();
  for (const each of list) {
    const [address = "", prefix = ""] = each.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    found.addSubnet(address, Number(prefix), family);
  }
  return found;
}

const within = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
