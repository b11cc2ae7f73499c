/** What is wrong with a header that an operator wants on each request to an endpoint. */
export interface HeaderFault {
  readonly name: string;
  readonly detail: string;
}

export const SENT_HEADERS_MAX = 32;
const VALUE_BYTES_MAX = 4_096;
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Visible characters, spaces and tabs between them: what no server reads in two ways. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/** What makes the request what it is, or says how it is carried (RFC 9110, section 7.6.1). */
const RESERVED = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "traceparent",
  "tracestate",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
]);
const RESERVED_PREFIXES = ["webhook-", "longstop-", "proxy-"];

/** Whether the name is one that sending sets itself. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

/** Every fault of these headers; empty when all of them may be sent. */
export function headerFaults(headers: Readonly<Record<string, string>>): readonly HeaderFault[] {
  const faults: HeaderFault[] = [];
  const seen = new Set<string>();
  const entries = Object.entries(headers);
  if (entries.length > SENT_HEADERS_MAX)
    faults.push({ name: "", detail: `There are more than ${SENT_HEADERS_MAX} headers.` });
  for (const [name, value] of entries) {
    const detail = headerFault(name, value, seen);
    seen.add(name.toLowerCase());
    if (detail !== null) faults.push({ name, detail });
  }
  return faults;
}

function headerFault(name: string, value: string, seen: ReadonlySet<string>): string | null {
  if (!TOKEN.test(name)) return "This is no header name.";
  if (isReservedHeader(name)) return "This header is set by Longstop; choose another name.";
  if (seen.has(name.toLowerCase())) return "This header is given twice.";
  return headerValueFault(value);
}

/** Why this cannot be the value of a header that is sent; `null` when it can. */
export function headerValueFault(value: string): string | null {
  if (value.length > VALUE_BYTES_MAX) return `Its value is longer than ${VALUE_BYTES_MAX} bytes.`;
  if (value !== "" && !VALUE.test(value)) return "Its value is not plain text of one line.";
  return null;
}
