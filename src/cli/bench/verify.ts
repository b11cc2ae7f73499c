import { isJson } from "../api.ts";
import type { Client } from "../client.ts";
import { indexOf } from "./requests.ts";

const PAGE_ROWS = 200;
const BYTES_FIRST = 2 ** 20;

/** Which events were acknowledged: one byte each, however many there are. */
export class Acknowledged {
  #marks = new Uint8Array(BYTES_FIRST);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(index: number): void {
    if (index >= this.#marks.length) this.#grow(index);
    if (this.#marks[index] === 0) this.#count += 1;
    this.#marks[index] = 1;
  }

  /** A copy to strike out what is found. */
  marks(): Uint8Array {
    return this.#marks.slice();
  }

  #grow(index: number): void {
    const wider = new Uint8Array(Math.max(this.#marks.length * 2, index + 1));
    wider.set(this.#marks);
    this.#marks = wider;
  }
}

export interface Verdict {
  /** Events that the server knows. */
  readonly found: number;
  /** Acknowledged, and not there. */
  readonly missing: number;
  /** There more than once. */
  readonly twice: number;
  /** There without having been acknowledged: the answer was cut off by the kill. */
  readonly unanswered: number;
  /** Under a key that was never sent. */
  readonly strange: number;
  /** The first few that are missing, by dedupe key's number. */
  readonly examples: readonly number[];
}

/** Reads every event of the source back through the API and holds it against what was acknowledged. */
export async function verify(
  api: Pick<Client, "page">,
  source: string,
  acknowledged: Acknowledged,
  progress: (found: number) => void,
): Promise<Verdict> {
  const owed = acknowledged.marks();
  const seen = new Uint8Array(owed.length);
  const counts = { found: 0, twice: 0, unanswered: 0, strange: 0 };
  let cursor: string | null = null;
  do {
    const query = { source, limit: PAGE_ROWS, ...(cursor === null ? {} : { cursor }) };
    const page = await api.page("/v1/events", query);
    for (const row of page.rows) {
      counts.found += 1;
      const index = isJson(row) ? indexOf(String(row["dedupeKey"])) : null;
      if (index === null || index >= seen.length) counts.strange += 1;
      else if (seen[index] === 1) counts.twice += 1;
      else {
        seen[index] = 1;
        if (owed[index] === 0) counts.unanswered += 1;
        owed[index] = 0;
      }
    }
    cursor = page.nextCursor;
    progress(counts.found);
  } while (cursor !== null);
  const examples: number[] = [];
  let missing = 0;
  for (let at = owed.indexOf(1); at >= 0; at = owed.indexOf(1, at + 1)) {
    missing += 1;
    if (examples.length < 5) examples.push(at);
  }
  return { ...counts, missing, examples };
}
