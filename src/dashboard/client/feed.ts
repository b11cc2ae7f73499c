import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "react";
import { read } from "./api/call.ts";
import { LIVE_MS } from "./api/queries.ts";
import type { Listed } from "./api/types.ts";
import { sayFailure } from "./parts/toasts.tsx";

/**
 * A list that is read page by page downwards while its first page is read anew all the time. What is new
 * goes on top; while the reader is further down it is counted instead, so that nothing moves under the eye.
 */
export interface Feed<T> {
  readonly rows: readonly T[];
  /** New on top and held back. */
  readonly waiting: number;
  readonly ended: boolean;
  readonly loaded: boolean;
  readonly error: unknown;
  more(): void;
  /** Lets in what was held back. */
  release(): void;
}

interface State<T> {
  readonly path: string;
  readonly rows: readonly T[];
  readonly cursor: string | null;
  readonly loaded: boolean;
  readonly waiting: number;
}

type Change<T> =
  | {
      readonly kind: "head";
      readonly path: string;
      readonly page: Listed<T>;
      readonly hold: boolean;
    }
  | { readonly kind: "more"; readonly path: string; readonly page: Listed<T> };

/** Rows that a page asks for. */
export const PAGE_ROWS = 100;

/** `path`: with its filters; `held`: whether the reader has scrolled away from the top. */
export function useFeed<T>(
  group: string,
  path: string,
  idOf: (row: T) => string,
  held: () => boolean,
): Feed<T> {
  const [state, change] = useReducer(
    (before: State<T>, step: Change<T>) => changed(before, step, idOf),
    empty<T>(path),
  );
  const full = `${path}${path.includes("?") ? "&" : "?"}limit=${PAGE_ROWS}`;
  const head = useQuery({
    queryKey: [group, full],
    queryFn: ({ signal }) => read<Listed<T>>(full, signal),
    refetchInterval: LIVE_MS,
  });
  const { data } = head;
  const isHeld = useRef(held);
  isHeld.current = held;
  useEffect(() => {
    if (data !== undefined) change({ kind: "head", path, page: data, hold: isHeld.current() });
  }, [data, path]);
  const busy = useRef(false);
  const current = state.path === path ? state : empty<T>(path);
  const more = (): void => {
    if (busy.current || current.cursor === null) return;
    busy.current = true;
    read<Listed<T>>(`${full}&cursor=${encodeURIComponent(current.cursor)}`)
      .then((page) => change({ kind: "more", path, page }), sayFailure)
      .finally(() => {
        busy.current = false;
      });
  };
  return {
    rows: current.rows,
    waiting: current.waiting,
    ended: current.loaded && current.cursor === null,
    loaded: current.loaded,
    error: head.error,
    more,
    release: () => data && change({ kind: "head", path, page: data, hold: false }),
  };
}

const empty = <T>(path: string): State<T> => ({
  path,
  rows: [],
  cursor: null,
  loaded: false,
  waiting: 0,
});

/** Exported for its test: what a page that was read makes of what is known. */
export function changed<T>(before: State<T>, step: Change<T>, idOf: (row: T) => string): State<T> {
  const { path, page } = step;
  const known = before.path === path ? before : empty<T>(path);
  if (step.kind === "more") {
    const have = new Set(known.rows.map(idOf));
    const rows = [...known.rows, ...page.data.filter((row) => !have.has(idOf(row)))];
    return { ...known, rows, cursor: page.nextCursor };
  }
  const fresh = { ...known, path, loaded: true, waiting: 0 };
  if (!known.loaded || page.nextCursor === null)
    return { ...fresh, rows: page.data, cursor: page.nextCursor };
  const places = new Map(known.rows.map((row, place) => [idOf(row), place]));
  if (step.hold) return { ...fresh, ...heldBack(known.rows, page.data, places, idOf) };
  const last = page.data.findLast((row) => places.has(idOf(row)));
  // A search that found less than a page so far says nothing about what lies below.
  const partial = page.data.length < PAGE_ROWS;
  // Nothing in common: more has come than one page holds, and what lies between is unknown.
  if (last === undefined && !partial) return { ...fresh, rows: page.data, cursor: page.nextCursor };
  const inHead = new Set(page.data.map(idOf));
  const from = last === undefined ? 0 : (places.get(idOf(last)) ?? 0) + 1;
  const below = known.rows.slice(from).filter((row) => !inHead.has(idOf(row)));
  return { ...fresh, rows: [...page.data, ...below] };
}

/** Known rows with what is new about each; the rest is counted only. */
function heldBack<T>(
  rows: readonly T[],
  head: readonly T[],
  places: ReadonlyMap<string, number>,
  idOf: (row: T) => string,
): { rows: readonly T[]; waiting: number } {
  const next = [...rows];
  let waiting = 0;
  for (const row of head) {
    const place = places.get(idOf(row));
    if (place === undefined) waiting++;
    else next[place] = row;
  }
  return { rows: next, waiting };
}
