import { describe, expect, test } from "bun:test";
import { AnswerReader, type Reading } from "../../../src/base/http/answer-reader.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** What a reader makes of pieces: `200 body keep`, `fault code`, or `more`. */
function read(
  pieces: readonly string[],
  whenLonger: "cut" | "fail" = "cut",
  ended = false,
): string {
  const reader = new AnswerReader({ bodyBytesMax: 10, whenLonger });
  for (const piece of pieces) {
    const reading = reader.push(bytes(piece));
    if (reading.kind !== "more") return told(reading);
  }
  return told(ended ? reader.end() : { kind: "more" });
}

function told(reading: Reading): string {
  if (reading.kind === "more") return "more";
  if (reading.kind === "fault") return reading.code;
  const { status, body, truncated } = reading.answer;
  const text = Buffer.from(body).toString("latin1");
  return `${status} ${text}${truncated ? "…" : ""}${reading.keepMs > 0 ? " kept" : ""}`;
}

const head = (...lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;
const ok = (...lines: readonly string[]): string => head("HTTP/1.1 200 OK", ...lines);
const CHUNKED = ok("Transfer-Encoding: chunked");

const ANSWERS: readonly (readonly [what: string, text: string, made: string])[] = [
  ["a length", `${ok("Content-Length: 5")}hello`, "200 hello kept"],
  ["a length of nothing", ok("content-length: 0"), "200  kept"],
  ["a length twice, the same", `${ok("Content-Length: 2", "Content-Length: 2")}ok`, "200 ok kept"],
  ["a status without a body", head("HTTP/1.1 204 No Content"), "204  kept"],
  ["204 with a length", head("HTTP/1.1 204 x", "Content-Length: 5"), "204  kept"],
  [
    "a redirect",
    head("HTTP/1.1 302 Found", "Location: http://169.254.169.254/", "Content-Length: 0"),
    "302  kept",
  ],
  ["no reason", `${head("HTTP/1.1 200", "Content-Length: 2")}ok`, "200 ok kept"],
  ["a reason beyond ASCII", `${head("HTTP/1.1 200 \xe4h", "Content-Length: 2")}ok`, "200 ok kept"],
  ["an older server", `${head("HTTP/1.0 200 OK", "Content-Length: 2")}ok`, "200 ok"],
  ["a server that closes", `${ok("Connection: Close", "Content-Length: 2")}ok`, "200 ok"],
  ["close among other words", `${ok("Connection: x, close", "Content-Length: 2")}ok`, "200 ok"],
  ["a short life announced", `${ok("Keep-Alive: timeout=0", "Content-Length: 2")}ok`, "200 ok"],
  ["chunks", `${CHUNKED}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`, "200 hello kept"],
  [
    "chunks with extensions and a trailer",
    `${CHUNKED}A;x=y\r\n0123456789\r\n0;z\r\nT: 1\r\n\r\n`,
    "200 0123456789 kept",
  ],
  ["no chunk", `${CHUNKED}0\r\n\r\n`, "200  kept"],
  [
    "interim answers",
    `${head("HTTP/1.1 100 Continue")}${head("HTTP/1.1 103 Hints", "Link: x")}${ok("Content-Length: 2")}ok`,
    "200 ok kept",
  ],
  [
    "a coding of its content",
    `${ok("Content-Encoding: gzip", "Content-Length: 4")}\x1f\x8b\x08\x00`,
    "200 \x1f\x8b\x08\x00 kept",
  ],
];

const BROKEN: readonly (readonly [what: string, text: string])[] = [
  ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
  ["an HTTP of another number", head("HTTP/2.0 200 OK")],
  ["a status of two digits", head("HTTP/1.1 20 OK")],
  ["a status beyond 599", head("HTTP/1.1 600 x")],
  ["switching protocols", head("HTTP/1.1 101 x", "Upgrade: h2c")],
  ["bare line ends", "HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n"],
  ["a bare line feed in a value", ok("x: a\nContent-Length: 0")],
  ["a bare carriage return in a value", ok("x: a\rb")],
  ["a zero byte", ok("x: a\0b")],
  ["a folded line", ok("x: a", " b")],
  ["a blank before the colon", ok("Content-Length : 5")],
  ["a header without a colon", ok("nothing")],
  ["a header without a name", ok(": x")],
  ["129 headers", ok(...Array.from({ length: 129 }, (_, i) => `x-${i}: 1`))],
  ["two lengths", ok("Content-Length: 5", "Content-Length: 6")],
  ["a list of lengths", ok("Content-Length: 5, 5")],
  ["a negative length", ok("Content-Length: -1")],
  ["a signed length", ok("Content-Length: +5")],
  ["a hexadecimal length", ok("Content-Length: 0x5")],
  ["an empty length", ok("Content-Length: ")],
  ["an absurd length", ok("Content-Length: 99999999999999999999")],
  ["a length and chunks", ok("Content-Length: 5", "Transfer-Encoding: chunked")],
  ["a coding that is not chunked", ok("Transfer-Encoding: gzip, chunked")],
  ["chunked twice", ok("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")],
  ["chunks from an older server", head("HTTP/1.0 200 OK", "Transfer-Encoding: chunked")],
  ["a chunk without a size", `${CHUNKED}\r\n`],
  ["a size that is none", `${CHUNKED}xyz\r\n`],
  ["a size with a sign", `${CHUNKED}-1\r\n`],
  ["a size with a prefix", `${CHUNKED}0x2\r\nok\r\n`],
  ["a size beyond all bounds", `${CHUNKED}fffffffffffffffff\r\n`],
  ["a chunk longer than it says", `${CHUNKED}2\r\nokay\r\n`],
  ["a chunk ended by a bare line feed", `${CHUNKED}2\r\nok\n`],
  ["a size ended by a bare line feed", `${CHUNKED}2\nok\r\n`],
  ["an extension without end", `${CHUNKED}2;${"x".repeat(2_000)}`],
  ["a trailer without end", `${CHUNKED}0\r\n${"t: 1\r\n".repeat(100)}`],
  ["interim answers without end", head("HTTP/1.1 100 Continue").repeat(20)],
];

describe("an answer", () => {
  test.each(ANSWERS)("with %s is read, however it is cut into pieces", (_, text, made) => {
    expect(read([text])).toBe(made);
    expect(read([...text])).toBe(made);
    for (let at = 1; at < text.length; at++)
      expect([at, read([text.slice(0, at), text.slice(at)])]).toEqual([at, made]);
  });

  test.each(BROKEN)("with %s is broken, however it is cut into pieces", (_, text) => {
    expect(read([text])).toBe("broken");
    expect(read([...text])).toBe("broken");
  });

  test.each(ANSWERS)("with %s is not taken for whole before its last byte", (_, text) => {
    for (let length = 0; length < text.length; length++)
      expect([length, read([text.slice(0, length)], "cut", true)]).toEqual([length, "broken"]);
  });

  test("without a length ends with its connection", () => {
    expect(read([`${ok()}hel`, "lo"])).toBe("more");
    expect(read([`${ok()}hel`, "lo"], "cut", true)).toBe("200 hello");
  });

  test("with bytes after its end is taken, and its connection is not", () => {
    expect(read([`${ok("Content-Length: 2")}ok${ok("Content-Length: 0")}`])).toBe("200 ok");
    expect(read([`${CHUNKED}2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK`])).toBe("200 ok");
    expect(read([`${head("HTTP/1.1 204 x")}surprise`])).toBe("204 ");
  });

  test("keeps the names of its headers in lower case, and their order and repetition", () => {
    const reader = new AnswerReader({ bodyBytesMax: 10, whenLonger: "cut" });
    const reading = reader.push(bytes(ok("X-B:  1 ", "x-a:", "X-b: 2", "Content-Length: 0")));
    expect(reading).toMatchObject({
      answer: {
        headers: [
          ["x-b", "1"],
          ["x-a", ""],
          ["x-b", "2"],
          ["content-length", "0"],
        ],
      },
    });
  });
});

describe("a long answer", () => {
  const LONG: readonly (readonly [string, string])[] = [
    ["a length", `${ok("Content-Length: 11")}0123456789`],
    ["chunks", `${CHUNKED}8\r\n01234567\r\n8\r\n89abcdef\r\n`],
    ["no length", `${ok()}0123456789a`],
  ];

  test.each(LONG)(
    "with %s is cut to what is kept, or fails, as the request wants it",
    (_, text) => {
      expect(read([text])).toBe("200 0123456789…");
      expect(read([...text])).toBe("200 0123456789…");
      expect(read([text], "fail")).toBe("too_large");
      expect(read([...text], "fail")).toBe("too_large");
    },
  );

  test("that says its length fails before its body is sent", () => {
    expect(read([ok("Content-Length: 11")], "fail")).toBe("too_large");
    expect(read([ok("Content-Length: 11")])).toBe("more");
  });

  test("of exactly what is kept is whole", () => {
    expect(read([`${ok("Content-Length: 10")}0123456789`], "fail")).toBe("200 0123456789 kept");
  });

  test("of headers fails, with an end or without one", () => {
    expect(read([`HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}`])).toBe("too_large");
    expect(read([ok(`x: ${"y".repeat(40_000)}`)])).toBe("too_large");
    expect(
      read([
        "HTTP/1.1 200 OK\r\n",
        ...Array.from({ length: 40 }, () => `x: ${"y".repeat(1_000)}\r\n`),
      ]),
    ).toBe("too_large");
  });
});
