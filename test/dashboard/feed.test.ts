import { describe, expect, test } from "bun:test";
import { changed, PAGE_ROWS } from "../../src/dashboard/client/feed.ts";

interface Row {
  readonly id: string;
  readonly status?: string;
}
const idOf = ({ id }: Row): string => id;
const rows = (from: number, count: number): Row[] =>
  Array.from({ length: count }, (_, place) => ({ id: String(from - place) }));
const page = (data: readonly Row[], nextCursor: string | null = "next") => ({ data, nextCursor });

/** A list of which the first page, and as many below as said, have been read. */
function known(from: number, below = 0) {
  const first = changed<Row>(
    { path: "/p", rows: [], cursor: null, loaded: false, waiting: 0 },
    { kind: "head", path: "/p", page: page(rows(from, PAGE_ROWS)), hold: false },
    idOf,
  );
  if (below === 0) return first;
  const more = page(rows(from - PAGE_ROWS, below), "later");
  return changed(first, { kind: "more", path: "/p", page: more }, idOf);
}
const head = (data: readonly Row[], hold = false, nextCursor: string | null = "next") =>
  ({ kind: "head", path: "/p", page: page(data, nextCursor), hold }) as const;

describe("a list that is read on while it grows", () => {
  test("new rows go on top and the rows below stay", () => {
    const next = changed(known(1_000, 50), head(rows(1_005, PAGE_ROWS)), idOf);
    expect(next.rows.map(idOf)).toEqual(rows(1_005, PAGE_ROWS + 55).map(idOf));
    expect(next.cursor).toBe("later");
  });

  test("rows that are read again say what they are now", () => {
    const settled = rows(1_000, PAGE_ROWS).map((row) => ({ ...row, status: "completed" }));
    const next = changed(known(1_000, 50), head(settled), idOf);
    expect(next.rows[0]).toEqual({ id: "1000", status: "completed" });
    expect(next.rows).toHaveLength(PAGE_ROWS + 50);
  });

  test("a row that no longer matches goes, and no row is there twice", () => {
    const left = rows(1_000, PAGE_ROWS + 1).filter(({ id }) => id !== "950");
    const next = changed(known(1_000, 50), head(left), idOf);
    expect(next.rows.map(idOf)).not.toContain("950");
    expect(new Set(next.rows.map(idOf)).size).toBe(next.rows.length);
  });

  test("more new rows than a page holds begin the list anew rather than leave a gap", () => {
    const next = changed(known(1_000, 50), head(rows(2_000, PAGE_ROWS)), idOf);
    expect(next.rows).toHaveLength(PAGE_ROWS);
    expect(next.cursor).toBe("next");
  });

  test("while the reader is further down, what is new is counted and nothing moves", () => {
    const before = known(1_000, 50);
    const next = changed(before, head(rows(1_007, PAGE_ROWS), true), idOf);
    expect(next.rows.map(idOf)).toEqual(before.rows.map(idOf));
    expect(next.waiting).toBe(7);
    expect(changed(next, head(rows(1_007, PAGE_ROWS)), idOf)).toMatchObject({ waiting: 0 });
  });

  test("a search that is not through its first page keeps what was found further down", () => {
    const none = changed(known(1_000, 50), head([]), idOf);
    expect(none.rows).toHaveLength(PAGE_ROWS + 50);
  });

  test("a list that ends in its first page is that page", () => {
    const next = changed(known(1_000), head(rows(3, 3), false, null), idOf);
    expect(next.rows.map(idOf)).toEqual(["3", "2", "1"]);
    expect(next.cursor).toBeNull();
  });

  test("another filter begins with nothing", () => {
    const other = { kind: "head", path: "/q", page: page(rows(9, 2)), hold: false } as const;
    expect(changed(known(1_000, 50), other, idOf).rows.map(idOf)).toEqual(["9", "8"]);
  });
});
