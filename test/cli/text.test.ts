import { expect, test } from "bun:test";
import fc from "fast-check";
import { safeBlock, safeJson, safeLine, shorten, widthOf } from "../../src/cli/text.ts";

const OBEYED = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

test("no text whatever makes a line that a terminal would obey", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(OBEYED.test(safeLine(text))).toBe(false);
    }),
  );
});

test("an escape sequence is shown as pictures and loses its power", () => {
  expect(safeLine("\u001b]0;owned\u0007\u001b[2Jtext\r\n")).toBe("␛]0;owned␇␛[2Jtext␍␊");
  expect(safeLine("\u009b31mred")).toBe("\\u{9b}31mred");
  expect(safeLine("user\u202etxt.exe")).toBe("user\\u{202e}txt.exe");
});

test("ordinary text of any script is left as it is", () => {
  const text = "Zażółć gęślą — 日本語 🎉 می‌خواهم";
  expect(safeLine(text)).toBe(text);
});

test("a block keeps its lines and tabs and nothing else that moves", () => {
  expect(safeBlock("a\n\tb\u001b[1m\r")).toBe("a\n\tb␛[1m␍");
});

test("JSON with hostile characters is still the same document", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const json = safeJson({ [text]: text });
      expect(JSON.parse(json)).toEqual({ [text]: text });
      expect(OBEYED.test(json)).toBe(false);
    }),
  );
  expect(safeJson("\u009b\u{e0001}")).toBe('"\\u009b\\udb40\\udc01"');
});

test("indented JSON keeps its layout", () => {
  expect(safeJson({ a: [1] }, 2)).toBe('{\n  "a": [\n    1\n  ]\n}');
});

test("shortened text never exceeds its width, not even with wide characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, width) => {
      expect(widthOf(shorten(safeLine(text), width))).toBeLessThanOrEqual(width);
    }),
  );
  expect(shorten("日本語", 5)).toBe("日本…");
  expect(shorten("日本語", 6)).toBe("日本語");
  expect(shorten("abc", 0)).toBe("");
});
