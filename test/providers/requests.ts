import { mediaTypeOf, parseMedia } from "../../src/base/media.ts";
import type { Inbound } from "../../src/providers/provider.ts";

/** A request as a preset sees it, from its parts. */
export function inbound(
  given: {
    headers?: Readonly<Record<string, string>>;
    body?: string | Uint8Array;
    at?: number;
    url?: string;
    peer?: string;
  } = {},
): Inbound {
  const headers = new Headers(given.headers);
  const body = typeof given.body === "string" ? new TextEncoder().encode(given.body) : given.body;
  const bytes = body ?? new Uint8Array(0);
  const mediaType = mediaTypeOf(headers.get("content-type"));
  return {
    method: "POST",
    url: given.url ?? "/in/shop",
    publicUrl: `https://hooks.example.com${given.url ?? "/in/shop"}`,
    header: (name) => headers.get(name),
    body: bytes,
    mediaType,
    peer: given.peer ?? "192.0.2.7",
    receivedAt: given.at ?? AT,
    parsed: () => parseMedia(bytes, mediaType),
  };
}

/** When these tests take place. */
export const AT = Date.UTC(2026, 10, 22, 12, 0, 0);
