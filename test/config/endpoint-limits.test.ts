import { describe, expect, test } from "bun:test";
import { readEndpoint } from "../../src/config/endpoint.ts";
import { settingsFault } from "../../src/outbound/validate.ts";

const RULES = { allowPrivate: [], publicUrl: "https://hooks.example.com" };
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const read = (over: Record<string, unknown>) =>
  readEndpoint({ url: "https://wh.example.com/hook", ...over }, RULES);

/** Where the faults are; none when it may be so. */
function faultsAt(over: Record<string, unknown>): readonly string[] {
  const given = read(over);
  return given.ok ? [] : given.error.map(({ path }) => path);
}

describe("an endpoint's URL", () => {
  test.each([
    ["of another protocol's port", "https://wh.example.com:22/hook"],
    ["of no port", "https://wh.example.com:0/hook"],
    ["with a line break, which readers leave out", "https://wh.exam\r\nple.com/hook"],
    ["with a space", "https://wh.example.com/a b"],
    ["with a NUL", "https://wh.example.com/\u0000"],
    ["that turns the direction of what follows", "https://wh.example.com/\u202egnp.exe"],
  ])("%s is refused at once, rather than with every try", (_, url) => {
    expect(faultsAt({ url })).toEqual(["url"]);
  });
});

describe("what the configuration takes of an endpoint", () => {
  const longest = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`x-${n}`, "v"]));
  const types = Array.from({ length: 100 }, (_, n) => `t${n}`);

  test.each<[string, Record<string, unknown>]>([
    ["the most headers", { headers: longest }],
    ["the longest header", { headers: { "x-a": "v".repeat(4096) } }],
    ["the longest key", { auth: { header: { name: "x-a", value: "v".repeat(4096) } } }],
    ["the longest token", { auth: { bearer: "v".repeat(4096) } }],
    ["the most types", { types }],
    ["the most secrets", { secret: Array.from({ length: 5 }, () => SECRET) }],
  ])("sending takes too: %s", (_, over) => {
    const given = read(over);
    expect(given.ok && settingsFault(given.value, RULES.publicUrl)).toBeNull();
  });

  test.each<[string, Record<string, unknown>]>([
    ["headers", { headers: { ...longest, "x-one-more": "v" } }],
    ["headers.x-a", { headers: { "x-a": "v".repeat(4097) } }],
    ["headers.x-a", { headers: { "x-a": "caf\u00e9" } }],
    ["headers.user-agent", { headers: { "user-agent": "us" } }],
    ["headers.accept-encoding", { headers: { "accept-encoding": "gzip" } }],
    ["auth.bearer", { auth: { bearer: "v".repeat(4097) } }],
    ["auth.header.value", { auth: { header: { name: "x-a", value: "caf\u00e9" } } }],
    ["types", { types: [...types, "more"] }],
    ["secret", { secret: Array.from({ length: 6 }, () => SECRET) }],
  ])("stops where sending does, and says so beforehand: %s", (path, over) => {
    expect(faultsAt(over)).toEqual([path]);
  });
});
