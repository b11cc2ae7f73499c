/** One entry of the log, as the projection reads it. */
export interface LogRow {
  readonly seq: number;
  readonly kind: number;
  readonly run: number;
  readonly at_ms: number;
  readonly width: number;
  readonly fact: string;
  readonly links: string | null;
  readonly bytes: number | null;
}
