import { isUtf8 } from "node:buffer";
import { LIMITS } from "./limits.ts";
import { err, ok, type Result } from "./result.ts";

/** In place of a file's content, which stays in the raw bytes. */
export interface FilePart {
  readonly filename: string;
  readonly type: string;
  readonly bytes: number;
}

/** RFC 2046, section 5.1.1: what a boundary may be made of. */
const DELIMITER = /^--[A-Za-z0-9'()+_,\-./:=? ]{1,70}$/;
const HEAD_BYTES_MAX = 4_096;
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const DISPOSITION = /^content-disposition:[ \t]*form-data\b(.*)$/im;
const TYPE = /^content-type:[ \t]*([^;\r\n]{1,100})/im;

type Part = readonly [name: string, value: string | FilePart];

/**
 * `multipart/form-data` (RFC 7578) as an object of its fields; a repeated field is an array. The first
 * line is the delimiter, which every sender begins with: so the bytes can be read without the
 * `Content-Type` that came with them. Of a file there is the name, type and size. At most
 * `LIMITS.MULTIPART_PARTS_MAX` parts. Fails in a sentence with the place.
 */
export function parseMultipart(bytes: Uint8Array): Result<unknown, string> {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lineEnd = body.indexOf("\r\n");
  const first = lineEnd < 0 || lineEnd > 80 ? "" : body.toString("latin1", 0, lineEnd);
  if (!DELIMITER.test(first)) return err("multipart: does not begin with a boundary");
  const delimiter = Buffer.from(`\r\n${first}`, "latin1");
  const fields = new Map<string, (string | FilePart)[]>();
  let at = lineEnd;
  for (let count = 0; ; count++) {
    if (body.toString("latin1", at, at + 2) === "--") return ok(objectOf(fields));
    if (count === LIMITS.MULTIPART_PARTS_MAX) {
      return err(`multipart: more than ${LIMITS.MULTIPART_PARTS_MAX} parts`);
    }
    const end = body.indexOf(delimiter, at);
    if (end < 0) return err(`multipart: the part at byte ${at} has no end`);
    const part = partOf(body.subarray(at, end));
    if (part === null) return err(`multipart: the part at byte ${at} cannot be read`);
    const before = fields.get(part[0]);
    if (before === undefined) fields.set(part[0], [part[1]]);
    else before.push(part[1]);
    at = end + delimiter.length;
  }
}

/** From the line break behind a delimiter to the next one: head, empty line, content. */
function partOf(part: Buffer): Part | null {
  const head = part.indexOf(END_OF_HEAD);
  if (head < 0 || head > HEAD_BYTES_MAX) return null;
  const lines = part.toString("utf8", 0, head);
  const disposition = DISPOSITION.exec(lines)?.[1] ?? "";
  const name = parameterOf(disposition, "name");
  if (name === null) return null;
  const content = part.subarray(head + END_OF_HEAD.length);
  const filename = parameterOf(disposition, "filename");
  if (filename !== null) {
    const type = TYPE.exec(lines)?.[1]?.trim().toLowerCase() ?? "";
    return [name, { filename, type, bytes: content.length }];
  }
  return isUtf8(content) ? [name, content.toString()] : null;
}

/** Browsers write a quote in a name as `%22`; a backslash before one is the older way. */
function parameterOf(disposition: string, name: string): string | null {
  const match = new RegExp(`;[ \\t]*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s"]+))`, "i").exec(
    disposition,
  );
  const text = match?.[1]?.replaceAll('\\"', '"') ?? match?.[2];
  return text === undefined ? null : text.replaceAll("%22", '"');
}

function objectOf(fields: ReadonlyMap<string, readonly (string | FilePart)[]>): unknown {
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}
