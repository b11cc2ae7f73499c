import type { Inbound } from "./provider.ts";

/** The same request, read otherwise: by another URL, or with another payload. */
export const readAs = (
  inbound: Inbound,
  other: Partial<Pick<Inbound, "publicUrl" | "parsed">>,
): Inbound => ({
  method: inbound.method,
  url: inbound.url,
  publicUrl: other.publicUrl ?? inbound.publicUrl,
  header: (name) => inbound.header(name),
  body: inbound.body,
  mediaType: inbound.mediaType,
  peer: inbound.peer,
  receivedAt: inbound.receivedAt,
  parsed: other.parsed ?? (() => inbound.parsed()),
});
