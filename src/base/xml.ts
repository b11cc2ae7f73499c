import { XMLParser, XMLValidator } from "fast-xml-parser";
import { LIMITS } from "./limits.ts";
import { err, ok, type Result } from "./result.ts";

/**
 * Attributes are marked, so that they cannot be taken for elements; numbers stay the text that was
 * sent, since `007` and `1e3` are rarely meant as numbers. The namespaces' prefixes stay.
 */
const PARSER = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#text",
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: LIMITS.JSON_DEPTH_MAX,
});

/**
 * XML as an object of its root: `<a x="1"><b>2</b></a>` → `{ a: { "@x": "1", b: "2" } }`; a repeated
 * element is an array. A document type is refused: it can define entities that expand without bound
 * or name files, and no sender of events needs one. At most `LIMITS.XML_BYTES_MAX` characters. Fails in
 * a sentence with the place.
 */
export function parseXml(text: string): Result<unknown, string> {
  if (text.length > LIMITS.XML_BYTES_MAX) {
    return err(`XML: longer than ${LIMITS.XML_BYTES_MAX} characters`);
  }
  if (text.includes("<!DOCTYPE") || text.includes("<!ENTITY")) {
    return err("XML: a document type is not accepted");
  }
  try {
    const valid = XMLValidator.validate(text);
    // Its messages quote names of the payload: the place alone is told.
    if (valid !== true) return err(`XML: not well formed at line ${valid.err.line}`);
    return ok(PARSER.parse(text));
  } catch {
    // Nesting beyond the limit, or a name that could lead to a prototype.
    return err(`XML: cannot be read, or nested deeper than ${LIMITS.JSON_DEPTH_MAX} levels`);
  }
}
