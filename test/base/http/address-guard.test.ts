import { describe, expect, test } from "bun:test";
import { judgeAddress } from "../../../src/base/http/address-guard.ts";
import { Networks } from "../../../src/base/http/ip-address.ts";

const NONE = new Networks([]);
const kind = (address: string, excepted: Networks = NONE): string =>
  judgeAddress(address, excepted).kind;

/** First and last of every block, so that a bound that slips by one shows. */
const REFUSED = [
  ...["0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255"],
  ...["100.100.100.200", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254"],
  ...["169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.2.1"],
  ...["192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255"],
  ...["198.51.100.7", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0"],
  ...["255.255.255.255", "168.63.129.16"],
  ...["::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8"],
  ...["::ffff:7f00:1", "0:0:0:0:0:ffff:a00:1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"],
  ...["64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::10.0.0.1", "100::1", "100:0:0:1::1"],
  ...["2001::1", "2001:0:7f00:1::", "2001:1ff:ffff::1", "2001:2::1", "2001:20::1", "2001:db8::1"],
  ...["2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "3fff:fff:ffff::1"],
  ...["fc00::1", "fdff::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "febf::1", "fec0::1"],
  ...["feff::1", "ff02::1", "ffff::1", "1fff:ffff::1", "4000::1", "5f00::1", "abcd::1"],
];

const PUBLIC = [
  ...["1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"],
  ...["126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255"],
  ...["172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255"],
  ...["198.20.0.0", "198.51.99.255", "203.0.114.0", "223.255.255.255"],
  ...["2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::1", "2003::1", "2606:4700::1111"],
  ...["2a00:1450:4001::1", "3ffe::1", "2001:4860::127.0.0.1"],
];

/** What `inet_aton` and some resolvers would take for an address. */
const UNREADABLE = [
  ...["", "localhost", "127.1", "127.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1"],
  ...["010.0.0.1", "08.8.8.8", "127.0.0.1.", " 8.8.8.8", "8.8.8.8 ", "8.8.8.8/8", "256.1.1.1"],
  ...["fe80::1%eth0", "2001:4860::1%1", "[::1]", "::1::", ":::", "1::2::3", "12345::", "8.8.8.8%a"],
];

describe("the guard of addresses", () => {
  test.each(REFUSED)("refuses %s", (address) => expect(kind(address)).toBe("refused"));

  test.each(PUBLIC)("lets pass %s, which is an ordinary address", (address) =>
    expect(kind(address)).toBe("public"),
  );

  test.each(UNREADABLE)("refuses %p, which is no address in its usual spelling", (address) => {
    expect(kind(address)).toBe("refused");
    expect(kind(address, new Networks(["0.0.0.0/0", "::/0"]))).toBe("refused");
  });

  test("says why", () => {
    const why = (address: string): string => {
      const verdict = judgeAddress(address, NONE);
      return verdict.kind === "refused" ? verdict.why : verdict.kind;
    };
    expect([
      why("127.0.0.1"),
      why("169.254.169.254"),
      why("::ffff:1.1.1.1"),
      why("2001::1"),
    ]).toEqual([
      "loopback",
      "link-local, where clouds keep their metadata",
      "an IPv4 address in IPv6 clothes",
      "a Teredo tunnel",
    ]);
  });
});

describe("the exception list", () => {
  const excepted = new Networks(["127.0.0.1/32", "10.1.0.0/16", "fd00::/9", "192.168.7.4"]);

  test.each(["127.0.0.1", "10.1.0.0", "10.1.255.255", "fd7f:ffff::1", "192.168.7.4"])(
    "lets %s pass",
    (address) => expect(kind(address, excepted)).toBe("excepted"),
  );

  test.each(["127.0.0.2", "10.0.255.255", "10.2.0.0", "fd80::1", "192.168.7.5", "169.254.169.254"])(
    "does not stretch to %s",
    (address) => expect(kind(address, excepted)).toBe("refused"),
  );

  test.each(["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"])(
    "of an IPv4 address is none of %s, which hides it",
    (address) => expect(kind(address, excepted)).toBe("refused"),
  );

  test("may hold everything, and holds nothing for an entry that is no network", () => {
    expect(kind("127.0.0.1", new Networks(["0.0.0.0/0"]))).toBe("excepted");
    for (const entry of ["", "127.0.0.1/33", "127.0.0.1/x", "127.0.0.1/-1", "loopback", "/0"])
      expect([entry, kind("127.0.0.1", new Networks([entry]))]).toEqual([entry, "refused"]);
  });
});
