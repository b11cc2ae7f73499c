import { type Part, paint, textOf, toneOf } from "./style.ts";
import { pad, safeLine, shorten, widthOf } from "./text.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Part;
  /** May be shortened down to this many columns; absent: never (ids must stay whole to be copied). */
  readonly least?: number;
}

const GAP = 2;

/**
 * Rows in aligned columns, each at most `width` wide (`null`: as wide as they are). The widest
 * column that may be shortened gives way first. A column in which every cell is empty is left out.
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null,
  colours: boolean,
): string {
  const cells = rows.map((row) =>
    columns.map((column) => {
      const part = column.cell(row);
      return { text: safeLine(textOf(part)), tone: toneOf(part) };
    }),
  );
  const shown = columns
    .map((column, place) => ({ column, place }))
    .filter(({ place }) => cells.some((row) => row[place]?.text !== ""));
  const wanted = shown.map(({ column, place }) =>
    Math.max(widthOf(column.title), ...cells.map((row) => widthOf(row[place]?.text ?? ""))),
  );
  const widths =
    width === null
      ? wanted
      : fit(
          wanted,
          shown.map(({ column }) => column.least),
          width,
        );
  const line = (parts: readonly { text: string; tone: Parameters<typeof paint>[1] }[]): string =>
    parts
      .map(({ text, tone }, place) => {
        const room = widths[place] ?? 0;
        const short = shorten(text, room);
        return (
          paint(short, tone, colours) +
          (place === parts.length - 1 ? "" : pad("", room - widthOf(short) + GAP))
        );
      })
      .join("")
      .trimEnd();
  const head = line(shown.map(({ column }) => ({ text: column.title, tone: "faint" as const })));
  const body = cells.map((row) =>
    line(shown.map(({ place }) => row[place] ?? { text: "", tone: "plain" as const })),
  );
  return `${[head, ...body].join("\n")}\n`;
}

/** Takes columns from the widest that may still give, until the line fits or none can give more. */
function fit(
  wanted: readonly number[],
  least: readonly (number | undefined)[],
  width: number,
): number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, own) => sum + own + GAP, -GAP) - width;
  while (over > 0) {
    let widest = -1;
    widths.forEach((own, place) => {
      const floor = least[place];
      if (floor !== undefined && own > floor && own > (widths[widest] ?? 0)) widest = place;
    });
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

/** `Name:  value` lines, values aligned; rows whose value is `null` are left out. */
export function fields(
  rows: readonly (readonly [string, Part | null])[],
  colours: boolean,
): string {
  const shown = rows.flatMap(([name, part]) => (part === null ? [] : [{ name, part }]));
  const room = Math.max(0, ...shown.map(({ name }) => widthOf(name))) + 1;
  return shown
    .map(({ name, part }) => {
      const value = paint(safeLine(textOf(part)), toneOf(part), colours);
      return `${paint(pad(`${name}:`, room), "faint", colours)} ${value}\n`;
    })
    .join("");
}
