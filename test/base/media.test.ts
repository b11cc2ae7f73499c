import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { locateJsonFault } from "../../src/base/json-fault.ts";
import { locateItems, locateValue } from "../../src/base/json-ranges.ts";
import { LIMITS } from "../../src/base/limits.ts";
import { mediaTypeOf, parseMedia } from "../../src/base/media.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";

const read = (body: string | Uint8Array, type = JSON_TYPE): unknown => {
  const parsed = parseMedia(typeof body === "string" ? bytes(body) : body, type);
  return parsed.ok ? parsed.value : parsed.error;
};
const faultOf = (body: string | Uint8Array, type = JSON_TYPE): string => {
  const parsed = parseMedia(typeof body === "string" ? bytes(body) : body, type);
  return parsed.ok ? "read" : `${parsed.error.code}: ${parsed.error.detail}`;
};

describe("a payload is read by its media type", () => {
  test("parameters and case of a media type do not count", () => {
    expect(mediaTypeOf("Application/JSON; charset=utf-8")).toBe(JSON_TYPE);
    expect(mediaTypeOf(null)).toBe("");
  });

  test("JSON, its relatives and a body without a type are values", () => {
    for (const type of [JSON_TYPE, "application/vnd.api+json", ""]) {
      expect(read('{"a":[1,null]}', type)).toEqual({ a: [1, null] });
    }
  });

  test("a byte order mark is skipped, but only one", () => {
    expect(read("\uFEFF[1]")).toEqual([1]);
    expect(faultOf("\uFEFF\uFEFF[1]")).toStartWith("malformed_body");
  });

  test("a type that is neither is refused, and an odd one is not echoed raw", () => {
    expect(faultOf("x", "application/octet-stream")).toStartWith("unsupported_media_type");
    expect(faultOf("x", "image/\u0000\u202e")).toEndWith("image/??");
  });

  test("a form is an object; a repeated field is an array of its values", () => {
    expect(read("a=1&b=x+y&a=2&c=%C3%BC", FORM)).toEqual({ a: ["1", "2"], b: "x y", c: "ü" });
  });

  test("a form that wraps JSON in its only field is that JSON", () => {
    expect(read(`payload=${encodeURIComponent('{"a":1}')}`, FORM)).toEqual({ a: 1 });
    expect(read(`payload=${encodeURIComponent('{"a":1}')}&x=1`, FORM)).toEqual({
      payload: '{"a":1}',
      x: "1",
    });
    expect(read("payload=%7Bnot+json", FORM)).toEqual({ payload: "{not json" });
  });

  test("JSON that was sent under curl's default type is JSON", () => {
    expect(read('{"a":1}', FORM)).toEqual({ a: 1 });
  });

  test("an empty body is none, of any type", () => {
    expect(faultOf("")).toContain("empty");
    expect(faultOf(" \n")).toContain("empty");
    expect(faultOf("", FORM)).toContain("empty");
  });

  test("hostile names stay ordinary properties", () => {
    for (const value of [read('{"__proto__":{"x":1}}'), read("__proto__=1&constructor=2", FORM)]) {
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
      expect((value as { x?: unknown }).x).toBeUndefined();
    }
  });

  test("lone surrogates and repeated names are taken as the language takes them", () => {
    expect(read('{"a":1,"a":"\\ud800"}')).toEqual({ a: "\ud800" });
  });
});

describe("a fault is told with its place", () => {
  test.each([
    ['{"a":1,}', "a property name is expected at line 1, byte 7"],
    ['{\n"a" 1}', "a colon is expected at line 2, byte 6"],
    ['{"ü":tru}', "a value is expected at line 1, byte 6"],
    ["[1,2", "unexpected end at line 1, byte 4"],
    ["[1] x", "unexpected text after the end at line 1, byte 4"],
    ['["\u0001"]', "a control character must be escaped at line 1, byte 2"],
    ['["\\x"]', "this escape is not known at line 1, byte 2"],
    ["[1 2]", "a comma or ] is expected at line 1, byte 3"],
  ])("%j", (text, fault) => {
    expect(faultOf(text)).toBe(`malformed_body: JSON: ${fault}`);
  });

  test("bytes that are no UTF-8 are told by the first of them", () => {
    expect(faultOf(new Uint8Array([0x22, 0xc3, 0xbc, 0xff, 0x22]))).toEndWith("from byte 3");
    expect(faultOf(new Uint8Array([0x22, 0x61, 0xe2, 0x82]))).toEndWith("from byte 2");
    expect(faultOf(new Uint8Array([0xff]))).toEndWith("from byte 0");
  });

  test("nesting is allowed to its limit and not one level deeper", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(faultOf(nested(LIMITS.JSON_DEPTH_MAX))).toBe("read");
    expect(faultOf(nested(LIMITS.JSON_DEPTH_MAX + 1))).toContain("nested deeper than 128 levels");
    expect(faultOf(`["${"[{".repeat(500)}\\"${"[".repeat(500)}"]`)).toBe("read");
  });

  test("five megabytes of brackets, quotes or line breaks are refused without harm", () => {
    for (const piece of ["[", '{"a":', '"', "\n", "[1,", "\\"]) {
      expect(faultOf(piece.repeat((5 * 2 ** 20) / piece.length))).toStartWith("malformed_body");
    }
  });

  test("the finder agrees with the runtime on what is JSON", () => {
    const almost = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "}", '"', "0", "\\", "-"))
      .map(([text, at, piece]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + piece + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(almost, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(locateJsonFault(text) === null).toBe(valid);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("values are found as bytes", () => {
  test("each item of an array is found exactly, however it is written", () => {
    const space = fc.constantFrom("", " ", "\n\t");
    fc.assert(
      fc.property(fc.array(fc.json()), space, fc.string(), (items, gap, name) => {
        const key = JSON.stringify(name);
        const text = `{${key}:0,"other":[{}]${gap},${gap}${key}${gap}:${gap}[${gap}${items.join(`${gap},${gap}`)}${gap}]}`;
        const tokens = name === "other" ? ["none"] : [name];
        const ranges = locateItems(bytes(text), tokens)?.map(([at, length]) =>
          new TextDecoder().decode(bytes(text).subarray(at, at + length)),
        );
        expect(ranges ?? items).toEqual(items);
      }),
    );
  });

  test("of a repeated name the last counts, as in the parsed value", () => {
    const text = bytes('{"a":[1],"\\u0061":[22,{"b":[333]}]}');
    expect(locateItems(text, ["a"])?.length).toBe(2);
    expect(locateValue(text, ["a", "1", "b", "0"])).toEqual([28, 3]);
  });

  test("what is not there is not found", () => {
    const text = bytes('{"a":{"b":1},"c":[1]}');
    for (const tokens of [
      ["x"],
      ["a", "c"],
      ["c", "1"],
      ["c", "01"],
      ["c", "-"],
      ["a", "b", "0"],
    ]) {
      expect(locateValue(text, tokens)).toBeNull();
    }
    expect(locateItems(text, ["a"])).toBeNull();
  });
});
