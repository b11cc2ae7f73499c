import { describe, expect, test } from "bun:test";
import { globMatches } from "../../src/base/glob.ts";
import { headerFaults } from "../../src/base/outgoing-headers.ts";
import { compilePayloadFilter } from "../../src/base/payload-filter.ts";

describe("a filter", () => {
  const payload = {
    type: "order",
    total: 12.5,
    paid: true,
    none: null,
    customer: { country: "DE", tags: ["vip", "new"] },
    items: [
      { sku: "a", n: 1 },
      { sku: "b", n: 5 },
    ],
    "a.b": 1,
  };
  test.each([
    [{}, true],
    [{ type: "order" }, true],
    [{ type: "order", paid: false }, false],
    [{ customer: { country: "DE" } }, true],
    [{ "customer.country": "DE" }, true],
    [{ "/customer/country": { $in: ["FR", "DE"] } }, true],
    [{ "/a.b": 1 }, true],
    [{ "customer.tags": "vip" }, true],
    [{ "customer.tags": ["vip", "new"] }, true],
    [{ "customer.tags": ["vip", "old"] }, false],
    [{ items: { sku: "b", n: { $gt: 3 } } }, true],
    [{ items: { sku: "a", n: { $gt: 3 } } }, false],
    [{ total: { $gte: 12.5, $lt: 13 } }, true],
    [{ total: { $gt: "12" } }, false],
    [{ missing: { $exist: false } }, true],
    [{ none: { $exist: true } }, true],
    [{ none: null }, true],
    [{ missing: null }, false],
    [{ type: { $neq: "order" } }, false],
    [{ missing: { $neq: "x" } }, true],
    [{ "customer.tags": { $nin: ["old"] } }, true],
    [{ type: { $startsWith: ["or", "in"] } }, true],
    [{ type: { $endsWith: "x" } }, false],
    [{ "customer.tags": { $contains: "new" } }, true],
    [{ $or: [{ type: "x" }, { total: 12.5 }] }, true],
    [{ $and: [{ type: "order" }, { total: 1 }] }, false],
    [{ $not: { type: "x" } }, true],
    [{ "__proto__.toString": { $exist: true } }, false],
    [{ "constructor.name": "Object" }, false],
  ])("%j answers %p", (filter, matches) => {
    const compiled = compilePayloadFilter(filter);
    expect(compiled.ok && compiled.value(payload)).toBe(matches);
  });

  test.each(["$startsWith", "$endsWith", "$in", "$contains"])(
    "with %s is cut short over a long array, and does not match",
    (operator) => {
      const parts = Array.from({ length: 8_000 }, (_, n) => `${n}k`);
      const operand = operator === "$contains" ? "never" : parts;
      const compiled = compilePayloadFilter({ a: { [operator]: operand } });
      const payload = { a: Array.from({ length: 300_000 }, () => "k") };
      const begun = performance.now();
      expect(compiled.ok && compiled.value(payload)).toBe(false);
      // Without an end it takes ten seconds and more.
      expect(performance.now() - begun).toBeLessThan(1_500);
    },
  );

  test("matches nothing that could not be parsed", () => {
    const compiled = compilePayloadFilter({ $not: { a: 1 } });
    expect(compiled.ok && compiled.value(undefined)).toBe(false);
  });

  test("over a payload made to be slow ends soon, and does not match", () => {
    const deep = Array.from({ length: 1_000 }, () => Array.from({ length: 2_000 }, () => 1));
    const compiled = compilePayloadFilter({ a: { b: 1 }, c: [2] });
    const begun = performance.now();
    expect(compiled.ok && compiled.value({ a: deep, c: deep.flat() })).toBe(false);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  let deep: unknown = 1;
  for (let n = 0; n < 20; n++) deep = { a: deep };
  test.each([
    [[], []],
    ["x", []],
    [{ a: { $regex: "(a+)+" } }, ["a", "$regex"]],
    [{ a: { $gt: null } }, ["a", "$gt"]],
    [{ $or: [] }, ["$or"]],
    [{ a: { $exist: 1 } }, ["a", "$exist"]],
    [{ a: Number.NaN }, ["a"]],
    [{ "a..b": 1 }, ["a..b"]],
    [deep, Array.from({ length: 13 }, () => "a")],
  ])("%j is refused, with the place", (filter, path) => {
    expect(compilePayloadFilter(filter)).toMatchObject({ ok: false, error: { path } });
  });
});

test.each([
  ["order.*", "order.created", true],
  ["order.*", "order.", true],
  ["order.*", "orders.created", false],
  ["*", "", true],
  ["*.created", "a.b.created", true],
  ["a*b*c", "axxbyyc", true],
  ["a*b*c", "axxcyyb", false],
  ["ab*ba", "aba", false],
  ["a.c", "abc", false],
])("the glob %p on %p: %p", (pattern, text, matches) => {
  expect(globMatches(pattern, text)).toBe(matches);
});

test.each([
  ["host"],
  ["Content-Length"],
  ["webhook-signature"],
  ["Longstop-Attempt"],
  ["transfer-encoding"],
  ["bad name"],
  ["a:b"],
  [""],
])("the header %p is refused", (name) => {
  expect(headerFaults({ [name]: "x" })).toHaveLength(1);
});

test("a header's value is one line of plain text", () => {
  expect(headerFaults({ "x-a": "a\r\nhost: evil" })).toHaveLength(1);
  expect(headerFaults({ "x-a": "ü" })).toHaveLength(1);
  expect(headerFaults({ "x-a": "1", "X-A": "2" })).toHaveLength(1);
  expect(headerFaults({ "x-a": "plain, text" })).toEqual([]);
});
