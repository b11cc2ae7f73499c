import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LIMITS } from "../../src/base/limits.ts";
import { isLinesType, locateLines, parseMedia } from "../../src/base/media.ts";

const read = (body: string | Uint8Array, type: string): unknown => {
  const parsed = parseMedia(Buffer.from(body), type);
  return parsed.ok ? parsed.value : parsed.error;
};
const faultOf = (body: string | Uint8Array, type: string): string => {
  const parsed = parseMedia(Buffer.from(body), type);
  return parsed.ok ? "read" : `${parsed.error.code}: ${parsed.error.detail}`;
};

describe("XML", () => {
  const XML = "application/xml";

  test("is an object of its root, whose values are the texts that were sent", () => {
    const text = `<?xml version="1.0"?><order id="007"><line>1.50</line><line>2</line><note>a &lt; b &#228;</note><x/></order>`;
    for (const type of [XML, "text/xml", "application/atom+xml"]) {
      expect(read(text, type)).toEqual({
        order: { "@id": "007", line: ["1.50", "2"], note: expect.stringMatching(/^a < b/), x: "" },
      });
    }
  });

  test("with a document type is refused: no entity is ever expanded, no file is read", () => {
    const bomb = `<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`;
    expect(faultOf(bomb, XML)).toBe("malformed_body: XML: a document type is not accepted");
    const file = `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`;
    expect(faultOf(file, XML)).toStartWith("malformed_body");
    expect(faultOf(`<!doctype a><a/>`, XML)).toStartWith("malformed_body");
  });

  test("that is ill formed says the line and nothing of the payload", () => {
    const fault = faultOf("<a>\n<secret>x</other></a>", XML);
    expect(fault).toBe("malformed_body: XML: not well formed at line 2");
    for (const text of ["", "x", "<a>", "</a>", "<a b=1/>", "<a><b></a></b>"]) {
      expect(faultOf(text, XML)).toStartWith("malformed_body");
    }
  });

  test("nested deeper than the limit is refused, not a stack that overflows", () => {
    const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
    expect(faultOf(nested(LIMITS.JSON_DEPTH_MAX - 1), XML)).toBe("read");
    expect(faultOf(nested(LIMITS.JSON_DEPTH_MAX + 2), XML)).toContain("nested deeper");
    expect(faultOf(nested(100_000), XML)).toStartWith("malformed_body");
  });

  test("longer than the limit is refused before it is read", () => {
    const long = `<a>${"x".repeat(LIMITS.XML_BYTES_MAX)}</a>`;
    expect(faultOf(long, XML)).toStartWith("malformed_body: XML: longer than");
    expect(faultOf(`<a>${"x".repeat(LIMITS.XML_BYTES_MAX - 7)}</a>`, XML)).toBe("read");
  });

  test("cannot reach a prototype by its names", () => {
    read(`<__proto__><polluted>1</polluted></__proto__>`, XML);
    read(`<a><constructor><prototype><polluted>1</polluted></prototype></constructor></a>`, XML);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("any text is read or refused, never a failure", () => {
    const shapes = fc.array(
      fc.constantFrom(
        "<",
        ">",
        "/",
        "a",
        "=",
        '"',
        "&",
        ";",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        " ",
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(shapes, (parts) => {
        expect(faultOf(parts.join(""), XML)).toMatch(/^(read$|malformed_body)/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("newline-delimited JSON", () => {
  const LINES = "application/x-ndjson";

  test("is an array of its lines' values; empty lines do not count", () => {
    expect(read('{"a":1}\n\r\n [2] \r\n"x\\n"', LINES)).toEqual([{ a: 1 }, [2], "x\n"]);
    expect(read("", LINES)).toEqual([]);
  });

  test("knows where each line stands, in bytes", () => {
    const body = Buffer.from('\uFEFF"ü"\r\n\n{"a":1}\n');
    const texts = locateLines(body).map(([at, length]) => body.toString("utf8", at, at + length));
    expect(texts).toEqual(['"ü"', '{"a":1}']);
  });

  test("with a line that is no JSON is refused with its place", () => {
    expect(faultOf('{"a":1}\n{"a":\n', LINES)).toStartWith("malformed_body: event 1 (byte 8): ");
  });

  test("has several names", () => {
    expect(isLinesType("application/jsonl")).toBe(true);
    expect(isLinesType("application/json")).toBe(false);
  });
});

describe("multipart", () => {
  const MULTIPART = "multipart/form-data";
  const body = (...parts: string[]): string =>
    `${parts.map((part) => `--b1\r\n${part}\r\n`).join("")}--b1--\r\n`;
  const field = (name: string, value: string): string =>
    `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;

  test("is an object of its text fields; a repeated one is an array", () => {
    const text = body(
      field("a", "1"),
      field("b", "x\r\ny ü"),
      field("a", ""),
      field("__proto__", "p"),
    );
    const parsed = read(text, MULTIPART);
    expect(parsed).toMatchObject({ a: ["1", ""], b: "x\r\ny ü" });
    expect(Object.hasOwn(parsed as object, "__proto__")).toBe(true);
  });

  test("as the runtime itself writes it is read the same", async () => {
    const form = new FormData();
    form.append("subject", 'He said "hi"');
    form.append('odd "name"', "v");
    form.append("file", new Blob(["\r\n--x\r\n\u0000"], { type: "text/csv" }), "a.csv");
    const bytes = new Uint8Array(await new Response(form).arrayBuffer());
    expect(read(bytes, MULTIPART)).toEqual({
      subject: 'He said "hi"',
      'odd "name"': "v",
      file: { filename: "a.csv", type: "text/csv", bytes: 8 },
    });
  });

  test("that is cut, has no boundary or a part without a name is refused", () => {
    const whole = body(field("a", "1"));
    expect(faultOf(whole, MULTIPART)).toBe("read");
    for (const text of [
      "",
      "--",
      "a=1",
      whole.slice(0, -8),
      body("\r\n\r\n1"),
      body("Content-Disposition: form-data\r\n\r\n1"),
      body(`X: ${"y".repeat(5_000)}\r\n${field("a", "1")}`),
    ]) {
      expect(faultOf(text, MULTIPART)).toStartWith("malformed_body: multipart: ");
    }
    expect(faultOf(Buffer.from(body(field("a", "\xff")), "latin1"), MULTIPART)).toStartWith("malf");
  });

  test("of too many parts is refused", () => {
    const many = Array.from({ length: LIMITS.MULTIPART_PARTS_MAX + 1 }, () => field("a", "1"));
    expect(faultOf(body(...many), MULTIPART)).toContain("more than");
    expect(faultOf(body(...many.slice(1)), MULTIPART)).toBe("read");
  });
});
