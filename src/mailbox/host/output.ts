import type { Clock } from "../../base/clock.ts";

const LINE_CHARACTERS_MAX = 4096;
/** Lines a second kept of one stream; the rest is read, so that the writer is never blocked, and counted. */
const LINES_PER_SECOND_MAX = 100;

/**
 * Hands on what a stream says, line by line, bounded in length and number. Resolves at its end, and never
 * rejects.
 */
export async function readLines(
  clock: Clock,
  stream: ReadableStream<Uint8Array>,
  each: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const budget = new LineBudget(clock, each);
  let rest = "";
  try {
    for await (const chunk of stream) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = (parts.pop() ?? "").slice(0, LINE_CHARACTERS_MAX);
      for (const part of parts) budget.spend(part);
    }
  } catch {
    // The pipe broke with its writer; what was read is handed on.
  }
  budget.spend(rest);
  budget.close();
}

class LineBudget {
  readonly #clock: Clock;
  readonly #each: (line: string) => void;
  #second = 0;
  #spent = 0;

  constructor(clock: Clock, each: (line: string) => void) {
    this.#clock = clock;
    this.#each = each;
  }

  spend(line: string): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) this.close();
    this.#second = second;
    const text = line.trimEnd();
    if (text !== "" && ++this.#spent <= LINES_PER_SECOND_MAX)
      this.#each(text.slice(0, LINE_CHARACTERS_MAX));
  }

  close(): void {
    const dropped = this.#spent - LINES_PER_SECOND_MAX;
    this.#spent = 0;
    if (dropped > 0) this.#each(`(${dropped} more lines in one second are left out)`);
  }
}
