import type { Millis } from "../base/clock.ts";
import { eventId, seq } from "../base/ids.ts";
import type { TestEvent } from "../config/types/testing.ts";
import type { LoadedEvent } from "../journal/journal.ts";

/** Of the ids of a test's events: a run like that of any process. */
const RUN = 1;
let place = 0;

/** The event as if it had been received and read back from the journal. Throws a `TypeError` for what is none. */
export function arrival(event: TestEvent, source: string, receivedAt: Millis): LoadedEvent {
  if (typeof event?.type !== "string" || event.type === "")
    throw new TypeError('An event has at least a type: { type: "order.paid", data: { … } }.');
  place++;
  const body = bytesOf(event);
  return {
    id: eventId(seq(place), RUN),
    seq: seq(place),
    source,
    fact: {
      dedupeKey: event.id ?? `test-${place}`,
      type: event.type,
      connection: event.connection === undefined ? "test" : event.connection,
      occurredAt: momentOf(event.occurredAt),
      sequence: event.sequence ?? null,
      // What is given as data is JSON, whatever the headers say of the request it was part of.
      range: event.raw === undefined ? [0, body.byteLength] : null,
      origin: event.origin ?? "webhook",
      receivedAt,
      trace: null,
    },
    request: { method: "POST", url: `/in/${source}`, peer: "", headers: headersOf(event) },
    body,
    steps: [],
  };
}

function bytesOf({ raw, data }: TestEvent): Uint8Array {
  if (raw instanceof Uint8Array) return raw;
  const text = raw ?? JSON.stringify(data ?? null);
  if (typeof text !== "string") throw new TypeError("`data` cannot be written as JSON.");
  return new TextEncoder().encode(text);
}

function headersOf({ headers = {} }: TestEvent): [string, string][] {
  const own = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value,
  ]);
  const typed = own.some(([name]) => name === "content-type");
  return typed ? own : [...own, ["content-type", "application/json"]];
}

function momentOf(given: TestEvent["occurredAt"]): Millis | null {
  if (given === undefined || given === null) return null;
  const ms = new Date(given).getTime();
  if (Number.isNaN(ms)) throw new TypeError(`occurredAt: ${String(given)} is no time.`);
  return ms;
}
