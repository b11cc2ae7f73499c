export const FIGURES = ["p1", "p2", "p3", "p4", "p5", "p6", "p9", "fan"] as const;
export type FigureId = (typeof FIGURES)[number];

/** One line of the table. */
export interface Figure {
  readonly id: FigureId;
  readonly what: string;
  readonly ours: string;
  /** The other side of the comparison; empty where the bound is absolute. */
  readonly other: string;
  /** What is held against the bound, in the bound's unit; `null`: not measured, `note` says why. */
  readonly value: number | null;
  readonly bound: { readonly least: number } | { readonly most: number };
  readonly unit: string;
  readonly note: string;
  /** Everything measured, round by round. */
  readonly rounds: readonly unknown[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? upper)) / 2 : upper;
}

export function isMet({ value, bound }: Figure): boolean | null {
  if (value === null) return null;
  return "least" in bound ? value >= bound.least : value <= bound.most;
}

export const count = (value: number): string => Math.round(value).toLocaleString("en-GB");
export const perSecond = (value: number): string => `${count(value)}/s`;
export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

export function printTable(figures: readonly Figure[]): void {
  const lines = [
    ["", "what", "ours", "other side", "value", "wanted", ""],
    ...figures.map((figure) => {
      const { bound, unit, value } = figure;
      const met = isMet(figure);
      const wanted = "least" in bound ? `≥ ${bound.least}` : `≤ ${bound.most}`;
      return [
        figure.id.toUpperCase(),
        figure.what,
        figure.ours,
        figure.other,
        value === null ? "–" : `${value.toFixed(value < 10 ? 2 : 0)}${unit}`,
        `${wanted}${unit}`,
        met === null ? "not measured" : met ? "✓" : "✗",
      ];
    }),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  for (const { id, note } of figures.filter((figure) => figure.note !== ""))
    console.log(`${id.toUpperCase()}: ${note}`);
}
