import { BUILD } from "../build.ts";
import { err, ok, type Result } from "../result.ts";
import type { Ask, AskFault } from "./client.ts";
import type { Target } from "./target.ts";

/** What rules the connection and the body's end is ours to say: a second word on it is how requests are smuggled. */
const OURS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const NO_BODY = new Uint8Array(0);
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * A request as it goes over the wire. Refuses headers that would break its form, and those that are not the
 * caller's to set. `identity` is asked for, since nothing is inflated: no answer can be a bomb.
 */
export function requestBytes(target: Target, ask: Ask): Result<Buffer, AskFault> {
  const body = typeof ask.body === "string" ? Buffer.from(ask.body) : (ask.body ?? NO_BODY);
  let head = `${ask.method} ${target.path} HTTP/1.1\r\nhost: ${target.authority}\r\naccept-encoding: identity\r\n`;
  let named = false;
  for (const name of Object.keys(ask.headers)) {
    const value = ask.headers[name] ?? "";
    const lower = name.toLowerCase();
    if (!NAME.test(name) || !VALUE.test(value) || OURS.has(lower)) return err(refused(name));
    named ||= lower === "user-agent";
    head += `${name}: ${value}\r\n`;
  }
  if (!named) head += `user-agent: longstop/${BUILD.version}\r\n`;
  if (ask.body !== null || ask.method !== "GET") head += `content-length: ${body.byteLength}\r\n`;
  head += "\r\n";
  // In Latin-1 each character is a byte.
  const bytes = Buffer.allocUnsafe(head.length + body.byteLength);
  bytes.write(head, 0, "latin1");
  bytes.set(body, head.length);
  return ok(bytes);
}

const refused = (name: string): AskFault => ({
  code: "url_refused",
  detail: `The header ${JSON.stringify(name.slice(0, 64))} cannot be sent: ${
    OURS.has(name.toLowerCase())
      ? "it is set by the connection itself, so leave it out."
      : "use a plain name and a value without line breaks and control characters."
  }`,
});
