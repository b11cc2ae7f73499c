import { type Seq, seq } from "../../src/base/ids.ts";
import type { EventRow } from "../../src/journal/rows.ts";

/** A journal of one event an entry. */
export class News {
  readonly rows: EventRow[] = [];
  refusal: Error | null = null;
  asked = 0;

  add(...rows: readonly EventRow[]): void {
    this.rows.push(...rows);
  }

  changes = async (after: Seq, limit: number): Promise<{ rows: EventRow[]; upTo: Seq }> => {
    this.asked++;
    if (this.refusal !== null) throw this.refusal;
    const behind = this.rows.filter((row) => row.seq > after);
    const rows = behind.slice(0, limit);
    const end = Math.max(after, this.rows.at(-1)?.seq ?? 0);
    return { rows, upTo: seq(rows.length < limit ? end : (rows.at(-1)?.seq ?? end)) };
  };
}
