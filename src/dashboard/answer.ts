import type { StaticFile } from "./files.ts";

/**
 * Only our own files run and style, nothing is framed, no form is sent away, and text becomes markup
 * nowhere (trusted types): a payload that got as far as the page still could do nothing.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  vary: "accept-encoding",
};

/** Sends a file, compressed for whoever takes that. It holds nothing of the journal: no login is asked. */
export function send(file: StaticFile, request: Request): Response {
  const zipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const headers = {
    ...HEADERS,
    "content-type": file.type,
    "cache-control": file.keeps ? "public, max-age=31536000, immutable" : "no-cache",
    ...(zipped ? { "content-encoding": "gzip" } : {}),
  };
  if (request.method === "HEAD") return new Response(null, { headers });
  return new Response(zipped ? file.gzipped : file.bytes, { headers });
}
