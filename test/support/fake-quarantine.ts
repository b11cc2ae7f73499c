import type { KeptRequest, QuarantineId, QuarantineStore } from "../../src/journal/quarantine.ts";
import { quarantineId } from "../../src/journal/quarantine.ts";

/** A quarantine of an array without bounds, with failures on demand. */
export class FakeQuarantine implements Pick<QuarantineStore, "keep"> {
  readonly rows: KeptRequest[] = [];
  /** How many were written together, each time. */
  readonly writes: number[] = [];
  /** What `keep` rejects with, until it is `null` again. */
  failure: Error | null = null;
  /** Nothing more can be held. */
  isFull = false;

  async keep(requests: readonly KeptRequest[]): Promise<readonly (QuarantineId | null)[]> {
    this.writes.push(requests.length);
    if (this.failure !== null) throw this.failure;
    return requests.map((kept) => {
      if (kept.held && this.isFull) return null;
      return quarantineId(this.rows.push(kept));
    });
  }
}
