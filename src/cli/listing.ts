import type { ApiPage, Query } from "./client.ts";
import type { Call } from "./command.ts";
import { hintAtSource } from "./known-source.ts";
import { type Extent, extentOf, pageQuery } from "./options.ts";
import type { Column } from "./table.ts";
import { counted, plural } from "./text.ts";

interface Listing<Row> {
  readonly path: string;
  readonly query: Query;
  readonly read: (value: unknown) => Row;
  readonly columns: readonly Column<Row>[];
  /** `event`, for "12 events". */
  readonly noun: string;
  /** The server answers all of it at once and knows neither limit nor cursor. */
  readonly whole?: boolean;
}

/** One page after the other until `most` rows were seen; each as soon as it is there. */
async function* pages(
  call: Call,
  { path, query, whole }: Pick<Listing<unknown>, "path" | "query" | "whole">,
  most: number,
): AsyncGenerator<ApiPage> {
  const client = await call.client();
  let cursor = call.given.text("cursor") ?? null;
  let left = most;
  do {
    const page = await client.page(path, whole === true ? query : pageQuery(query, left, cursor));
    const rows = page.rows.slice(0, left);
    left -= rows.length;
    cursor = page.nextCursor;
    yield { rows, nextCursor: cursor };
    // A server that repeats an empty page for ever would otherwise hold us for ever.
    if (page.rows.length === 0) return;
  } while (cursor !== null && left > 0);
}

/**
 * A list as a command shows it: a table, one JSON object `{data, nextCursor}`, or with `--all --json`
 * one object a line as the pages come in. Answers the number of rows.
 */
export async function list<Row>(call: Call, listing: Listing<Row>): Promise<number> {
  const extent = extentOf(call.given);
  const show = call.out.json ? listJson : listTable;
  const count = await show(call, listing, extent);
  if (count === 0) await hintAtSource(call, listing.query["source"]);
  return count;
}

async function listJson<Row>(call: Call, listing: Listing<Row>, extent: Extent): Promise<number> {
  const whole: unknown[] = [];
  let count = 0;
  let nextCursor: string | null = null;
  for await (const page of pages(call, listing, extent.most)) {
    count += page.rows.length;
    nextCursor = page.nextCursor;
    if (extent.streaming) for (const row of page.rows) call.out.object(row, true);
    else whole.push(...page.rows);
  }
  if (!extent.streaming) call.out.object({ data: whole, nextCursor });
  return count;
}

/** Rows that are aligned with each other; beyond them a table begins anew, so that memory stays flat. */
const TABLE_ROWS_MAX = 1_000;

async function listTable<Row>(call: Call, listing: Listing<Row>, extent: Extent): Promise<number> {
  const { out } = call;
  let waiting: Row[] = [];
  let count = 0;
  let more = false;
  for await (const page of pages(call, listing, extent.most)) {
    waiting.push(...page.rows.map(listing.read));
    count += page.rows.length;
    more = page.nextCursor !== null;
    if (waiting.length >= TABLE_ROWS_MAX) {
      out.table(listing.columns, waiting);
      waiting = [];
    }
  }
  if (waiting.length > 0) out.table(listing.columns, waiting);
  if (count === 0)
    out.note(
      `No ${plural(listing.noun)}${Object.keys(listing.query).length > 0 ? " match" : " yet"}.`,
    );
  else if (more)
    out.note(`${counted(count, listing.noun)} shown; there are more: use --limit or --all.`);
  return count;
}
