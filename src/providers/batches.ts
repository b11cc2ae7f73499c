import { type ByteRange, locateItems } from "../base/json-ranges.ts";
import { isJsonType, isLinesType, locateLines } from "../base/media.ts";
import { followTokens } from "../base/pointer.ts";
import type { Inbound } from "./provider.ts";

/** One item of a batch: what it says, where it stands in the body, and what it stands in. */
export interface Item {
  readonly value: unknown;
  readonly range: ByteRange;
  /** For faults: `/events/3`. */
  readonly path: string;
  /** What it is nested in, the outermost (the payload) first. */
  readonly parents: readonly unknown[];
}

/** How a preset finds the items of a batch; `null`: the request is one event. */
export type Batch = (payload: unknown, inbound: Inbound) => readonly Item[] | null;

/** A batch at a fixed place, e.g. `["events"]`; `[]`: the payload itself. Without an array there, one event. */
export const batchAt =
  (...tokens: readonly string[]): Batch =>
  (payload, inbound) =>
    itemsOf(payload, tokens, inbound);

/** The items of the payload's array at `tokens`; `null` when there is none, or the body is no JSON. */
export function itemsOf(
  payload: unknown,
  tokens: readonly string[],
  inbound: Inbound,
): readonly Item[] | null {
  if (inbound.mediaType !== "" && !isJsonType(inbound.mediaType)) return null;
  const list = followTokens(payload, tokens);
  return Array.isArray(list) ? located(list, tokens, inbound, 0, "", [payload]) : null;
}

/** The same of an item's own array: batches in batches. One pass over the item's bytes. */
export function itemsWithin(
  item: Item,
  tokens: readonly string[],
  inbound: Inbound,
): readonly Item[] | null {
  const list = followTokens(item.value, tokens);
  if (!Array.isArray(list)) return null;
  return located(list, tokens, inbound, item.range[0], item.path, [...item.parents, item.value]);
}

function located(
  list: readonly unknown[],
  tokens: readonly string[],
  inbound: Inbound,
  from: number,
  before: string,
  parents: readonly unknown[],
): readonly Item[] | null {
  const ranges = locateItems(inbound.body, tokens, from);
  if (ranges === null || ranges.length !== list.length) return null;
  const path = before + tokens.map((token) => `/${token}`).join("");
  return list.map((value, index) => ({
    value,
    range: ranges[index] ?? [0, 0],
    path: `${path}/${index}`,
    parents,
  }));
}

/** Newline-delimited JSON is a batch whoever sends it: each line is one event. */
export function linesOf(payload: unknown, inbound: Inbound): readonly Item[] | null {
  if (!isLinesType(inbound.mediaType) || !Array.isArray(payload)) return null;
  const ranges = locateLines(inbound.body);
  return payload.map((value, index) => ({
    value,
    range: ranges[index] ?? [0, 0],
    path: `event ${index}`,
    parents: [payload],
  }));
}
