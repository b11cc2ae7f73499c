import { describe, expect, test } from "bun:test";
import { targetOf } from "../../../src/base/http/target.ts";

const host = (url: string): string => {
  const target = targetOf(url);
  return target.ok ? target.value.host : target.error.code;
};

describe("a URL that is to be called", () => {
  test("tells scheme, host, port and path", () => {
    const target = targetOf("https://Hooks.Example:8443/a%20b?c=d#e");
    expect(target).toEqual({
      ok: true,
      value: {
        tls: true,
        host: "hooks.example",
        isAddress: false,
        port: 8443,
        authority: "hooks.example:8443",
        path: "/a%20b?c=d",
      },
    });
    expect(targetOf("http://hooks.example:80")).toMatchObject({
      value: { tls: false, port: 80, authority: "hooks.example", path: "/" },
    });
  });

  test.each([
    ["http://0x7f.1/", "127.0.0.1"],
    ["http://017700000001/", "127.0.0.1"],
    ["http://2130706433/", "127.0.0.1"],
    ["http://127.1/", "127.0.0.1"],
    ["http://0/", "0.0.0.0"],
    ["http://１２７.0.0.1/", "127.0.0.1"],
    ["http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"],
    ["http://[0:0:0:0:0:0:0:1]/", "::1"],
  ])("%s is known for the address that it means", (url, address) => {
    expect(targetOf(url)).toMatchObject({ value: { host: address, isAddress: true } });
  });

  test.each([
    "",
    "hooks.example/x",
    "//hooks.example",
    "ftp://hooks.example/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "unix:///run/x.sock",
    "https://",
    "https://a b/",
    "http://[fe80::1%25eth0]/",
    "http://256.256.256.256/",
    "https://user@hooks.example/",
    "https://user:secret@hooks.example/",
    "https://:secret@hooks.example/",
    `https://hooks.example/${"x".repeat(9_000)}`,
  ])("%p is refused", (url) => expect(host(url)).toBe("url_refused"));

  test.each([0, 22, 25, 53, 110, 143, 389, 587, 5060, 6667, 10080])(
    "port %d is refused, since it speaks another language",
    (port) => expect(host(`https://hooks.example:${port}/`)).toBe("url_refused"),
  );

  test.each([80, 443, 3000, 5432, 6379, 8080, 65_535])("port %d may be called", (port) =>
    expect(host(`https://hooks.example:${port}/`)).toBe("hooks.example"),
  );

  test("a refusal names the host and never the credentials or the path", () => {
    const target = targetOf("https://user:s3cret@hooks.example/t0ken");
    expect(target).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining("hooks.example") },
    });
    expect(JSON.stringify(target)).not.toMatch(/s3cret|t0ken/);
  });

  test("line breaks in a path do not survive", () => {
    expect(targetOf("https://hooks.example/a\r\nx: y")).toMatchObject({
      value: { path: "/ax:%20y" },
    });
  });
});
