import { type ByteRange, locateValue } from "../base/json-ranges.ts";
import { LIMITS } from "../base/limits.ts";
import { isJsonType } from "../base/media.ts";
import { followTokens, pointerTokens } from "../base/pointer.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { EventSettings } from "../config/settings.ts";
import type { EventFact } from "../journal/facts.ts";
import { type Batch, type Item, itemsOf, linesOf } from "./batches.ts";
import { parseMoment } from "./date-time.ts";
import type { Inbound, MalformedBody } from "./provider.ts";

/** What a preset knows of an event before the configuration's own pointers are asked. Raw: texts or numbers count, all else is absent. */
export interface Named {
  readonly id?: unknown;
  /** Names the whole request (a header): an event without an id of its own is known by it, in a batch with its place. */
  readonly deliveryId?: unknown;
  readonly type?: unknown;
  readonly connection?: unknown;
  readonly occurredAt?: unknown;
  readonly sequence?: unknown;
}

/**
 * How a preset names an event: `payload` is the request's, or an item's. `parents`: of an item, what it
 * stands in, the outermost first; else empty.
 */
export type Naming = (payload: unknown, inbound: Inbound, parents: readonly unknown[]) => Named;

export type Split = (inbound: Inbound) => Result<readonly EventFact[], MalformedBody>;

/** The type of an event whose sender gives none. */
const TYPE_DEFAULT = "event";

type Field = Exclude<keyof Named, "deliveryId">;
type Pointers = { readonly [field in Field]: readonly string[] | null };

/**
 * Splits a request into its events and names each. A pointer of the configuration goes before what the
 * preset knows; where it leads nowhere, the field is absent. `batch` finds the items of a preset whose
 * sender groups events; `event.items` goes before it. An empty batch is taken, with no events:
 * several senders probe with one, and refusing it would make them retry for days.
 */
export function openSplit(
  settings: EventSettings | null,
  preset: Naming,
  batch: Batch | null = null,
): Split {
  const items = settings?.items == null ? null : tokensOf(settings.items);
  const pointers: Pointers = {
    id: tokensOf(settings?.id),
    type: tokensOf(settings?.type),
    connection: tokensOf(settings?.connection),
    occurredAt: tokensOf(settings?.occurredAt),
    sequence: tokensOf(settings?.sequence),
  };
  const hashed = settings?.dedupe === "body";
  const name: NameItem = (payload, inbound, place) =>
    nameEvent(
      overlay(pointers, payload, preset(payload, inbound, place.parents), inbound, place.range),
      place.range === null ? inbound.body : sliceOf(inbound.body, place.range),
      hashed,
      place,
    );
  return (inbound) => {
    const parsed = inbound.parsed();
    if (!parsed.ok) return parsed;
    const found =
      linesOf(parsed.value, inbound) ??
      (items === null ? batch?.(parsed.value, inbound) : itemsOf(parsed.value, items, inbound));
    if (found != null) return nameAll(found, inbound, name);
    if (items !== null) return noBatch(items);
    const event = name(parsed.value, inbound, WHOLE);
    return event.ok ? ok([event.value]) : event;
  };
}

const tokensOf = (pointer: string | null | undefined): readonly string[] | null =>
  pointer == null ? null : (pointerTokens(pointer) ?? null);

/** Where an event is within its request. */
interface Place {
  readonly range: ByteRange | null;
  readonly index: number | null;
  /** For faults: `/events/3: `. */
  readonly path: string;
  readonly parents: readonly unknown[];
}

const WHOLE: Place = { range: null, index: null, path: "", parents: [] };

const sliceOf = (bytes: Uint8Array, [offset, length]: ByteRange): Uint8Array =>
  bytes.subarray(offset, offset + length);

type NameItem = (
  payload: unknown,
  inbound: Inbound,
  place: Place,
) => Result<EventFact, MalformedBody>;

const isJson = (inbound: Inbound): boolean =>
  inbound.mediaType === "" || isJsonType(inbound.mediaType);

function nameAll(
  items: readonly Item[],
  inbound: Inbound,
  name: NameItem,
): Result<readonly EventFact[], MalformedBody> {
  const events: EventFact[] = [];
  for (const [index, { value, range, path, parents }] of items.entries()) {
    const event = name(value, inbound, { range, index, path: `${path}: `, parents });
    if (!event.ok) return event;
    events.push(event.value);
  }
  return ok(events);
}

function noBatch(items: readonly string[]): Result<never, MalformedBody> {
  const path = items.map((token) => `/${token}`).join("");
  return malformed(
    `A batch is expected: a JSON array at ${path === "" ? "the top" : path}, sent as JSON.`,
  );
}

function overlay(
  pointers: Pointers,
  payload: unknown,
  named: Named,
  inbound: Inbound,
  range: ByteRange | null,
): Named {
  const pick = (field: Field): unknown => {
    const tokens = pointers[field];
    if (tokens === null) return named[field];
    const value = followTokens(payload, tokens);
    return typeof value === "number" ? exactNumber(value, tokens, inbound, range) : value;
  };
  return {
    id: pick("id"),
    type: pick("type"),
    connection: pick("connection"),
    occurredAt: pick("occurredAt"),
    sequence: pick("sequence"),
    deliveryId: named.deliveryId,
  };
}

/**
 * A whole number too large for a double keeps its digits, as text: two neighbours must not become one
 * id. Where the payload is not in the body as JSON (a form), such a number is as good as absent.
 */
function exactNumber(
  value: number,
  tokens: readonly string[],
  inbound: Inbound,
  range: ByteRange | null,
): unknown {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  if (range === null && !isJson(inbound)) return undefined;
  const place = locateValue(inbound.body, tokens, range?.[0] ?? 0);
  if (place === null) return value;
  return Buffer.from(inbound.body.subarray(place[0], place[0] + place[1])).toString();
}

/** `hashed`: ids are not asked. */
function nameEvent(
  named: Named,
  bytes: Uint8Array,
  hashed: boolean,
  place: Place,
): Result<EventFact, MalformedBody> {
  const id = hashed ? null : (textOf(named.id) ?? deliveryKey(named.deliveryId, place.index));
  const type = textOf(named.type) ?? TYPE_DEFAULT;
  const connection = textOf(named.connection);
  if (tooLong(type, LIMITS.EVENT_TYPE_BYTES_MAX)) {
    return malformed(`${place.path}the type is longer than ${LIMITS.EVENT_TYPE_BYTES_MAX} bytes.`);
  }
  if (connection !== null && tooLong(connection, LIMITS.CONNECTION_KEY_BYTES_MAX)) {
    return malformed(
      `${place.path}the connection key is longer than ${LIMITS.CONNECTION_KEY_BYTES_MAX} bytes.`,
    );
  }
  return ok({
    dedupeKey: dedupeKeyOf(id, bytes),
    type: type.toWellFormed(),
    connection: connection === null ? null : connection.toWellFormed(),
    occurredAt: parseMoment(named.occurredAt),
    sequence: sequenceOf(named.sequence),
    range: place.range,
  });
}

function deliveryKey(deliveryId: unknown, index: number | null): string | null {
  const text = textOf(deliveryId);
  return text === null || index === null ? text : `${text}/${index}`;
}

/**
 * The provider's id, else the hash of the event's bytes. An id too long to be a key is hashed, which
 * keeps it unique; so is one with half a surrogate pair, which storing would change into another.
 */
function dedupeKeyOf(id: string | null, bytes: Uint8Array): string {
  if (id === null) return hashOf(bytes);
  if (!id.isWellFormed()) return hashOf(Buffer.from(id, "utf16le"));
  return tooLong(id, LIMITS.DEDUPE_KEY_BYTES_MAX) ? hashOf(Buffer.from(id)) : id;
}

const hashOf = (bytes: Uint8Array): string => `sha256:${Bun.SHA256.hash(bytes, "hex")}`;

/** A text, or a number in digits; `null` for anything else and for an empty text. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

/** Longer than this is no number of an order. */
const SEQUENCE_CHARACTERS_MAX = 128;

function sequenceOf(value: unknown): number | string | null {
  if (typeof value === "number") return value;
  const text = textOf(value);
  return text === null || text.length > SEQUENCE_CHARACTERS_MAX ? null : text.toWellFormed();
}

/** UTF-8 is at most three bytes per UTF-16 unit: short texts need no counting. */
const tooLong = (text: string, bytesMax: number): boolean =>
  text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax;

const malformed = (detail: string): Result<never, MalformedBody> =>
  err({ code: "malformed_body", detail });
