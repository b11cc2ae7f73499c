import { mediaTypeOf } from "../../base/media.ts";
import type { EventDetail } from "../../journal/rows.ts";
import { headerOf } from "./payload.ts";

/**
 * Bytes that a stranger wrote, for saving only: never under their own type, which a browser might run
 * as a page of this address. What they were is said in a header that no browser acts on.
 */
export function download(event: EventDetail, bytes: Uint8Array): Response {
  const type = printable(headerOf(event.request, "content-type") ?? "");
  const name = `${event.id}.${ending(mediaTypeOf(type))}`;
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${name}"`,
      ...(type === "" ? {} : { "x-original-content-type": type }),
    },
  });
}

function ending(mediaType: string): string {
  if (mediaType === "application/json" || mediaType.endsWith("+json")) return "json";
  return mediaType.startsWith("text/") ? "txt" : "bin";
}

/** Visible ASCII: a header can hold nothing else. */
const printable = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 200)
    .trim();
