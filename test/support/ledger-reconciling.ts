import type { Millis } from "../../src/base/clock.ts";
import type { EventFact, Intake } from "../../src/journal/facts.ts";
import type { ReconcilingFact, SweepId } from "../../src/journal/reconciling.ts";

/** What facts of reconciling mean, said plainly. */
export class ReconcilingLedger {
  readonly cursors = new Map<string, string>();
  readonly recovered = new Map<SweepId, { events: number; missingMs: number }>();
  readonly snapshots = new Map<string, string>();
  readonly deadlines = new Map<string, { by: Millis | null; misses: number }>();

  healed(intake: Intake, sweep: SweepId, fact: EventFact): void {
    const known = this.recovered.get(sweep) ?? { events: 0, missingMs: 0 };
    const missing = fact.occurredAt === null ? 0 : Math.max(0, intake.at - fact.occurredAt);
    this.recovered.set(sweep, {
      events: known.events + 1,
      missingMs: known.missingMs + missing,
    });
  }

  record(fact: ReconcilingFact): void {
    switch (fact.kind) {
      case "swept":
        if (fact.cursor !== null) this.cursors.set(fact.source, fact.cursor);
        if (!this.recovered.has(fact.sweep))
          this.recovered.set(fact.sweep, { events: 0, missingMs: 0 });
        return;
      case "snapshot":
        if (fact.snapshot === null) this.snapshots.delete(fact.key);
        else this.snapshots.set(fact.key, fact.snapshot);
        return;
      case "expected":
        for (const { key, by, misses } of fact.deadlines) this.deadlines.set(key, { by, misses });
    }
  }
}
