import { isLinesType, mediaTypeOf, parseMedia } from "../../base/media.ts";
import type { RequestFact } from "../../journal/facts.ts";

/** Value of a header by its lower-case name; `null` when absent. */
export function headerOf(request: RequestFact, name: string): string | null {
  return request.headers.find(([own]) => own === name)?.[1] ?? null;
}

/**
 * The payload as the handler sees it; text where it is neither JSON nor a form. An item of a batch is
 * JSON whatever the request's type was, and so is tried as such. `null` once the bytes are gone.
 */
export function payloadOf(body: Uint8Array | null, request: RequestFact): unknown {
  if (body === null) return null;
  const mediaType = mediaTypeOf(headerOf(request, "content-type"));
  // Of newline-delimited JSON an event is always one line.
  const parsed = parseMedia(body, isLinesType(mediaType) ? "application/json" : mediaType);
  if (parsed.ok) return parsed.value;
  const json = parseMedia(body, "application/json");
  return json.ok ? json.value : new TextDecoder().decode(body);
}

/** JSON of ours as a value; the text itself should it ever not be JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A reader is better served with the text as it is than with no answer at all.
    return text;
  }
}
