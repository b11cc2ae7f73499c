import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Feed } from "../feed.ts";
import { counted, number } from "../format.ts";
import { useKey } from "../keyboard.ts";
import { go, Link } from "../router.tsx";
import { Failure, Loading } from "./states.tsx";

interface RowsProps<T> {
  readonly feed: Feed<T>;
  /** What the rows are, in the singular. */
  readonly noun: string;
  /** In the plural, where it is not the noun with an s. */
  readonly nouns?: string;
  readonly grid: string;
  readonly heads: readonly string[];
  readonly idOf: (row: T) => string;
  readonly linkOf: (row: T) => string;
  readonly cells: (row: T) => ReactNode;
  readonly blank: ReactNode;
  /** `r` on the chosen row. */
  readonly onReplay?: (row: T) => void;
}

/** A long list: only the rows in view exist, more are read as the reader comes to the end. */
export function Rows<T>(props: RowsProps<T>) {
  const { feed, grid } = props;
  if (!feed.loaded) {
    return feed.error ? (
      <Failure error={feed.error} />
    ) : (
      <Loading what={props.nouns ?? `${props.noun}s`} />
    );
  }
  return (
    <>
      {feed.waiting > 0 && (
        <button type="button" className="button is-main is-small fresh" onClick={() => toTop(feed)}>
          {countOf(feed.waiting, props)} new ↑
        </button>
      )}
      <div className="card">
        {feed.rows.length === 0 && feed.ended ? (
          props.blank
        ) : (
          <>
            <div className={`rows-head ${grid}`} aria-hidden="true">
              {props.heads.map((head) => (
                <span key={head}>{head}</span>
              ))}
            </div>
            <Window {...props} />
          </>
        )}
      </div>
    </>
  );
}

function countOf(count: number, { noun, nouns }: { noun: string; nouns?: string | undefined }) {
  return count === 1 || nouns === undefined ? counted(count, noun) : `${number(count)} ${nouns}`;
}

/** Whether the reader has left the top of a list. */
export const isScrolled = (): boolean => scrollY > 200;

function toTop(feed: Feed<unknown>): void {
  scrollTo(0, 0);
  feed.release();
}

function Window<T>({ feed, noun, nouns, grid, idOf, linkOf, cells, onReplay }: RowsProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [margin, setMargin] = useState(0);
  const height = useRowHeight();
  useLayoutEffect(() => {
    setMargin(Math.round((list.current?.getBoundingClientRect().top ?? 0) + scrollY));
  });
  const virtual = useWindowVirtualizer({
    count: feed.rows.length,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: margin,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { rows, ended, more } = feed;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is the very reason
  useEffect(() => virtual.measure(), [height, virtual]);
  useEffect(() => {
    if (!ended && last >= rows.length - 20) more();
  });
  const chosen = useChoice(rows, idOf, (place) => virtual.scrollToIndex(place));
  const row = rows.find((own) => idOf(own) === chosen);
  useKey("Enter", () => row !== undefined && go(linkOf(row)), row !== undefined);
  useKey("r", () => row !== undefined && onReplay?.(row), row !== undefined && !!onReplay);
  return (
    <>
      <ul ref={list} className="rows" style={{ height: rows.length * height }}>
        {items.map(({ index }) => {
          const own = rows[index];
          if (own === undefined) return null;
          return (
            <li key={idOf(own)}>
              <Link
                href={linkOf(own)}
                className={`row ${grid} ${idOf(own) === chosen ? "is-chosen" : ""}`}
                style={{ transform: `translateY(${index * height}px)` }}
              >
                {cells(own)}
              </Link>
            </li>
          );
        })}
      </ul>
      <div className="more">
        {ended ? `${countOf(rows.length, { noun, nouns })}, all shown` : "Reading further…"}
      </div>
    </>
  );
}

/** The row that `j` and `k` have come to, by its id, since places shift. */
function useChoice<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  scrollTo: (place: number) => void,
): string | null {
  const [chosen, setChosen] = useState<string | null>(null);
  const step = (by: number): void => {
    const place = rows.findIndex((row) => idOf(row) === chosen);
    const next = Math.min(rows.length - 1, Math.max(0, place < 0 ? 0 : place + by));
    const row = rows[next];
    if (row === undefined) return;
    setChosen(idOf(row));
    scrollTo(next);
  };
  useKey("j", () => step(1));
  useKey("k", () => step(-1));
  return chosen;
}

const NARROW = "(max-width: 56rem)";

/** As `--row` in the styles. */
function useRowHeight(): number {
  const narrow = useSyncExternalStore(
    (listener) => {
      const media = matchMedia(NARROW);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(NARROW).matches,
  );
  return narrow ? 68 : 44;
}
