import { isIP } from "node:net";

/** An address as its bytes: 4 of IPv4, 16 of IPv6. */
export type IpBytes = readonly number[];

/**
 * Reads an address in its one usual spelling; `null` for everything else. Octal, hexadecimal, short and
 * whole-number IPv4 are refused rather than read, since resolvers disagree on what they mean; so are zone
 * ids (`fe80::1%eth0`), which name an interface and no address.
 */
export function parseIp(text: string): IpBytes | null {
  if (text.includes("%")) return null;
  const family = isIP(text);
  if (family === 4) return text.split(".").map(Number);
  return family === 6 ? ipv6Bytes(text) : null;
}

function ipv6Bytes(text: string): IpBytes {
  const [before = "", after] = text.split("::");
  const head = groupBytes(before);
  if (after === undefined) return head;
  const tail = groupBytes(after);
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

const groupBytes = (text: string): number[] =>
  text
    .split(":")
    .filter((group) => group !== "")
    .flatMap((group) => {
      if (group.includes(".")) return group.split(".").map(Number);
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });

interface Network {
  readonly start: IpBytes;
  readonly bits: number;
}

/** `address/bits`, or an address for itself alone; `null` when it is neither. */
function parseNetwork(text: string): Network | null {
  const [address = "", prefix] = text.split("/");
  const start = parseIp(address);
  if (start === null) return null;
  const bits = prefix === undefined ? start.length * 8 : Number(prefix);
  return Number.isInteger(bits) && bits >= 0 && bits <= start.length * 8 ? { start, bits } : null;
}

/** A list of networks in CIDR notation. An entry that is none holds nothing: the list only ever allows. */
export class Networks {
  readonly #networks: readonly Network[];

  constructor(list: readonly string[]) {
    this.#networks = list.map(parseNetwork).filter((network) => network !== null);
  }

  /** IPv4 networks hold IPv4 addresses, and IPv6 networks IPv6 ones: a mapped address is an IPv6 one. */
  hold(address: IpBytes): boolean {
    return this.#networks.some((network) => holds(network, address));
  }
}

function holds({ start, bits }: Network, address: IpBytes): boolean {
  if (start.length !== address.length) return false;
  for (let index = 0; index * 8 < bits; index++) {
    const mask = 0xff & (0xff << Math.max(0, 8 - (bits - index * 8)));
    if ((((start[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}
