import { LIMITS } from "../base/limits.ts";
import type { Entry } from "./batch.ts";
import type { Appended } from "./facts.ts";
import type { JournalRefused } from "./journal.ts";

/** One entry that waits for commit, and who is told of it. */
export interface Waiting {
  readonly entry: Entry;
  /** How many of those behind it are of one transaction with it. */
  readonly rest: number;
  readonly taken: (seq: number, appended: Appended[]) => void;
  readonly refused: (error: JournalRefused) => void;
}

/** What an entry costs on its way, about: a body's bytes, and a fact's text, which holds states and emitted events. */
export const weight = ({ fact, request, body }: Entry): number =>
  fact.length + request.length + (body?.byteLength ?? 0);

/** Whether a batch may hold all of them. */
export function fitsOneBatch(entries: readonly Entry[]): boolean {
  const bytes = entries.reduce((sum, entry) => sum + weight(entry), 0);
  return entries.length <= LIMITS.COMMIT_ENTRIES_MAX && bytes <= LIMITS.COMMIT_BYTES_MAX;
}
