import { createHash } from "node:crypto";
import type { EventId } from "../base/ids.ts";
import type { OutgoingEvent } from "../journal/sending.ts";

const JSON_TYPE = "application/json";

/** What is posted: bytes, what they are, and the id that receivers know it by on every try. */
export interface Payload {
  readonly id: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** An event whose body is still there. */
export type WholeEvent = OutgoingEvent & { readonly body: Uint8Array };

/**
 * One event. What a source received is passed on byte for byte, with its own media type, so that a subscriber sees what the
 * provider sent. What was emitted or published here comes in the envelope of Standard Webhooks,
 * `{"type", "timestamp", "data"}`, since its payload alone would not say what it is.
 */
export function singlePayload(event: WholeEvent): Payload {
  const { id, origin, body, contentType } = event;
  if (origin === "webhook" || origin === "poll") return { id, contentType, body };
  return { id, contentType: JSON_TYPE, body: Buffer.concat(enveloped(event, {})) };
}

/**
 * Several events: a JSON array of `{"id", "type", "timestamp", "data"}`. Its id is made of theirs, so that the same batch
 * keeps its id on every try; receivers that see events in changing batches know them by their own ids.
 */
export function batchPayload(events: readonly WholeEvent[]): Payload {
  const parts: Uint8Array[] = [Buffer.from("[")];
  for (const [place, event] of events.entries()) {
    if (place > 0) parts.push(Buffer.from(","));
    parts.push(...enveloped(event, { id: event.id }));
  }
  parts.push(Buffer.from("]"));
  const body = Buffer.concat(parts);
  return { id: batchId(events.map(({ id }) => id)), contentType: JSON_TYPE, body };
}

function batchId(ids: readonly EventId[]): string {
  return `bat_${createHash("sha256").update(ids.join(" ")).digest("hex").slice(0, 32)}`;
}

/** JSON is put in as it came, not a byte of it reshaped; other text as text, and what is no text in base 64. */
function enveloped(event: WholeEvent, first: Readonly<Record<string, string>>): Uint8Array[] {
  const at = new Date(event.occurredAt ?? event.receivedAt).toISOString();
  const head = JSON.stringify({ ...first, type: event.type, timestamp: at }).slice(0, -1);
  if (isJson(event.body)) return [Buffer.from(`${head},"data":`), event.body, Buffer.from("}")];
  const text = textOf(event.body);
  const data =
    text === null
      ? { contentType: event.contentType, dataBase64: Buffer.from(event.body).toString("base64") }
      : { contentType: event.contentType, data: text };
  return [Buffer.from(`${head},${JSON.stringify(data).slice(1)}`)];
}

function isJson(body: Uint8Array): boolean {
  const text = textOf(body);
  if (text === null) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON: that is the question.
    return false;
  }
}

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    // Not UTF-8: that is the question.
    return null;
  }
}

/** The payload as filters see it; `undefined` when it is no JSON. */
export function parsedPayload(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    // No JSON: no filter matches it.
    return undefined;
  }
}
