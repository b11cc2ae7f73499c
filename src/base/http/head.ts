/** Status line and headers of an answer. */
export interface Head {
  readonly status: number;
  readonly minor: 0 | 1;
  readonly headers: readonly (readonly [string, string])[];
}

/** How an answer's body ends. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until_end" };

/** More than any honest server sends, few enough to be nothing. */
export const HEAD_BYTES_MAX = 32 * 2 ** 10;
export const HEADERS_MAX = 128;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\0\r\n]*)?$/;
const FIELD_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\0\r\n]*?)[ \t]*$/;

/**
 * Reads the lines up to the empty one (RFC 9112, sections 2 to 5), strictly: folded lines, bare line ends,
 * blanks before a colon are how one answer is smuggled into another, and no server needs them. `null`: no HTTP.
 */
export function parseHead(text: string): Head | null {
  const [first = "", ...lines] = text.split("\r\n");
  const start = STATUS_LINE.exec(first);
  if (start === null || lines.length > HEADERS_MAX) return null;
  const headers: [string, string][] = [];
  for (const line of lines) {
    const field = FIELD_LINE.exec(line);
    if (field === null) return null;
    headers.push([(field[1] ?? "").toLowerCase(), field[2] ?? ""]);
  }
  return { status: Number(start[2]), minor: start[1] === "1" ? 1 : 0, headers };
}

/** By RFC 9112, section 6.3; `null` where the headers contradict themselves or each other. */
export function framingOf(head: Head): Framing | null {
  const codings = valuesOf(head, "transfer-encoding");
  const lengths = new Set(valuesOf(head, "content-length"));
  if (head.status === 204 || head.status === 304) return { kind: "none" };
  if (codings.length > 0) {
    const usual = codings.length === 1 && codings[0]?.toLowerCase() === "chunked";
    return usual && lengths.size === 0 && head.minor === 1 ? { kind: "chunked" } : null;
  }
  const [length] = lengths;
  if (length === undefined) return { kind: "until_end" };
  return lengths.size === 1 && /^\d{1,15}$/.test(length)
    ? { kind: "length", bytes: Number(length) }
    : null;
}

/** Whether the server keeps the connection open after this answer (RFC 9112, section 9.3). */
export function staysOpen(head: Head): boolean {
  const options = valuesOf(head, "connection").join(",").toLowerCase();
  return head.minor === 1 && !/(?:^|,)\s*close\s*(?:,|$)/.test(options);
}

/** How long an idle connection lives, as the server says by `Keep-Alive: timeout=5`, ms; `null`: it does not. */
export function keepAliveMs(head: Head): number | null {
  const seconds = /(?:^|,)\s*timeout=(\d{1,6})/i.exec(valuesOf(head, "keep-alive").join(","))?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

const valuesOf = (head: Head, name: string): string[] =>
  head.headers.filter(([own]) => own === name).map(([, value]) => value);
