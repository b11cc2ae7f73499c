import { isUtf8 } from "node:buffer";
import { locateJsonFault } from "./json-fault.ts";
import type { ByteRange } from "./json-ranges.ts";
import { LIMITS } from "./limits.ts";
import { parseMultipart } from "./multipart.ts";
import { err, ok, type Result } from "./result.ts";
import { parseXml } from "./xml.ts";

/** Why bytes could not be read as their media type; `detail` says where and holds nothing of the payload. */
export interface MediaFault {
  readonly code: "malformed_body" | "unsupported_media_type";
  readonly detail: string;
}

/** `application/json; charset=utf-8` → `application/json`; empty when absent. */
export function mediaTypeOf(contentType: string | null): string {
  if (contentType === null || contentType === "application/json") return contentType ?? "";
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

export const isJsonType = (mediaType: string): boolean =>
  mediaType === "application/json" || mediaType.endsWith("+json");

export const isXmlType = (mediaType: string): boolean =>
  mediaType === "application/xml" || mediaType === "text/xml" || mediaType.endsWith("+xml");

const LINES: ReadonlySet<string> = new Set([
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
]);

/** Newline-delimited JSON: each line is an event of its own. */
export const isLinesType = (mediaType: string): boolean => LINES.has(mediaType);

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

/**
 * The payload that bytes hold, by their media type: what a handler sees as `event.data`. Everyone who
 * shows or hands out a payload reads it through here, so that all see the same.
 *
 * - JSON (`application/json`, `*+json`, or no type at all): the value, nested at most
 *   `LIMITS.JSON_DEPTH_MAX` deep. A byte order mark is skipped.
 * - A form: an object of texts; a repeated field is an array of them. A form whose only field is
 *   `payload` and holds a JSON object is that object (how GitHub and Slack put JSON into forms), and
 *   a "form" that is a JSON object or array is JSON (what `curl -d` sends).
 * - `multipart/form-data`: an object of its text fields; of a file its name, type and size.
 * - XML: an object of its root, see `parseXml`.
 * - Newline-delimited JSON: an array of the lines' values; empty lines are skipped.
 * - `text/*`: the text.
 *
 * The bytes of one item of a batch are JSON, whatever the request's type.
 */
export function parseMedia(bytes: Uint8Array, mediaType: string): Result<unknown, MediaFault> {
  const json = mediaType === "" || isJsonType(mediaType);
  if (mediaType === MULTIPART) return faultless(parseMultipart(bytes));
  if (!json && !isKnownText(mediaType)) {
    return err({
      code: "unsupported_media_type",
      detail: `The Content-Type is neither JSON, a form nor XML: ${printable(mediaType)}`,
    });
  }
  if (!isUtf8(bytes)) return malformed(`not UTF-8 from byte ${validUtf8Bytes(bytes)}`);
  if (isLinesType(mediaType)) return parseLines(bytes);
  const text = decode(bytes);
  if (json) return parseJson(text);
  if (isXmlType(mediaType)) return faultless(parseXml(text));
  return mediaType === FORM ? parseForm(text) : ok(text);
}

const isKnownText = (mediaType: string): boolean =>
  mediaType === FORM ||
  mediaType.startsWith("text/") ||
  isXmlType(mediaType) ||
  isLinesType(mediaType);

const faultless = (read: Result<unknown, string>): Result<unknown, MediaFault> =>
  read.ok ? read : malformed(read.error);

/** Where each line that holds something stands: [offset, length], without its line break. */
export function locateLines(bytes: Uint8Array): ByteRange[] {
  const lines: ByteRange[] = [];
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  for (let start = marked ? 3 : 0; start < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    let from = start;
    let to = end;
    while (from < to && isBlank(bytes[from])) from++;
    while (to > from && isBlank(bytes[to - 1])) to--;
    if (to > from) lines.push([from, to - from]);
    start = end + 1;
  }
  return lines;
}

const LINE_FEED = 0x0a;
const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0d;

function parseLines(bytes: Uint8Array): Result<unknown, MediaFault> {
  const values: unknown[] = [];
  for (const [offset, length] of locateLines(bytes)) {
    const value = parseJson(decode(bytes.subarray(offset, offset + length)));
    if (!value.ok)
      return malformed(`event ${values.length} (byte ${offset}): ${value.error.detail}`);
    values.push(value.value);
  }
  return ok(values);
}

function parseJson(text: string): Result<unknown, MediaFault> {
  const deep = tooDeepAt(text);
  if (deep !== null) {
    return malformed(
      `JSON nested deeper than ${LIMITS.JSON_DEPTH_MAX} levels at ${place(text, deep)}`,
    );
  }
  try {
    return ok(JSON.parse(text));
  } catch {
    // The runtime's message has no place in it, and may quote the payload.
    const fault = locateJsonFault(text);
    if (text.trim() === "") return malformed("the body is empty, JSON is expected");
    return malformed(
      `JSON: ${fault?.reason ?? "cannot be read"} at ${place(text, fault?.at ?? 0)}`,
    );
  }
}

function parseForm(text: string): Result<unknown, MediaFault> {
  const trimmed = text.trimStart();
  if (trimmed.startsWith("{") || trimmed.startsWith("[")) {
    const json = parseJson(text);
    if (json.ok) return json;
  }
  if (trimmed === "") return malformed("the body is empty, a form is expected");
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (typeof before === "string") fields.set(name, [before, value]);
    else before.push(value);
  }
  const only = fields.size === 1 ? fields.get("payload") : undefined;
  if (typeof only === "string" && only.trimStart().startsWith("{")) {
    const json = parseJson(only);
    if (json.ok) return json;
  }
  // Unlike assignment, this makes a field called `__proto__` an ordinary property.
  return ok(Object.fromEntries(fields));
}

function malformed(detail: string): Result<never, MediaFault> {
  return err({ code: "malformed_body", detail });
}

function decode(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = bytes.byteOffset + (marked ? 3 : 0);
  return Buffer.from(bytes.buffer, start, bytes.byteLength - (marked ? 3 : 0)).toString();
}

/** Character at which the nesting exceeds the limit. Few brackets, in strings or not, cannot nest deeply. */
function tooDeepAt(text: string): number | null {
  let openers = 0;
  for (const opener of "{[") {
    for (let at = text.indexOf(opener); at >= 0; at = text.indexOf(opener, at + 1)) {
      if (++openers > LIMITS.JSON_DEPTH_MAX) return scanDepth(text);
    }
  }
  return null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function scanDepth(text: string): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted) at += code === BACKSLASH ? 1 : 0;
    // In ASCII, [ { and ] } differ by this bit only: one comparison serves both.
    else if ((code | 0x20) === 0x7b && ++depth > LIMITS.JSON_DEPTH_MAX) return at;
    else if ((code | 0x20) === 0x7d) depth--;
  }
  return null;
}

/** Lines are only counted this far, so that a hostile body of line breaks costs nothing. */
const LINES_CHARACTERS_MAX = 2 ** 16;

/** Line (from 1) and byte (from 0) of a character of the text. */
function place(text: string, at: number): string {
  const byte = Buffer.byteLength(text.slice(0, at));
  if (at > LINES_CHARACTERS_MAX) return `byte ${byte}`;
  return `line ${text.slice(0, at).split("\n").length}, byte ${byte}`;
}

/** How many leading bytes are whole UTF-8 characters; only for bytes that are not all. */
function validUtf8Bytes(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // A character is up to four bytes: a prefix cut inside one is judged without its last, partial one.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8(bytes.subarray(0, wholeEnd(bytes, middle)))) low = middle;
    else high = middle - 1;
  }
  return wholeEnd(bytes, low);
}

function wholeEnd(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? end - back : end;
    }
  }
  return end;
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
