import { type Seq, seq } from "../../src/base/ids.ts";
import type { ActedFact, AuditFilter, AuditReads, AuditRow } from "../../src/journal/audit.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import type { Page } from "../../src/journal/rows.ts";

/** The audit log apart from other facts, oldest first; `refusal` is asked before each line. */
export class FakeAudit implements AuditReads {
  readonly lines: ActedFact[] = [];
  readonly #refusal: () => Error | null;

  constructor(refusal: () => Error | null) {
    this.#refusal = refusal;
  }

  async record(fact: Fact): Promise<Seq> {
    const refusal = this.#refusal();
    if (refusal !== null) throw refusal;
    if (fact.kind === "acted") this.lines.push(fact);
    return seq(this.lines.length);
  }

  async audit(
    filter: AuditFilter,
    { limit, cursor }: { limit: number; cursor: string | null },
  ): Promise<Page<AuditRow>> {
    const rows = this.lines
      .map(({ kind: _kind, ...line }, place) => ({ id: `aud_${place + 1}`, ...line }))
      .filter(
        (row) =>
          [row.by, row.name].includes(filter.by ?? row.by) &&
          (filter.action ?? row.action) === row.action &&
          (filter.outcome ?? row.outcome) === row.outcome &&
          (filter.since ?? 0) <= row.at,
      )
      .toReversed();
    const start = cursor === null ? 0 : rows.findIndex(({ id }) => id === cursor) + 1;
    if (cursor !== null && start === 0) throw new ReadRefused("bad_cursor", "not one of ours");
    const shown = rows.slice(start, start + limit);
    const more = start + limit < rows.length;
    return { rows: shown, nextCursor: more ? (shown.at(-1)?.id ?? null) : null };
  }
}
