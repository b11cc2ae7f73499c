import { type Batch, type BatchReply, type Entry, unpackBatch } from "../../src/journal/batch.ts";
import type { CommitPort } from "../../src/journal/group-commit.ts";

/** One is being written while the next is already with the thread. */
const UNDER_WAY_MAX = 2;

interface UnderWay {
  readonly entries: Entry[];
  answer(reply: BatchReply): void;
  lose(error: Error): void;
}

/** A log that answers when the test says so, in the order of the batches. Places go on from `head`; every event is new unless the test says else. */
export class HandPort implements CommitPort {
  /** Every batch that was handed over, unpacked. */
  readonly batches: Entry[][] = [];
  head = 0;
  readonly #open: UnderWay[] = [];

  commit(batch: Batch): Promise<BatchReply> {
    if (this.#open.length === UNDER_WAY_MAX) throw new Error("too much is under way");
    const entries = unpackBatch(batch);
    this.batches.push(entries);
    return new Promise((answer, lose) => {
      this.#open.push({ entries, answer, lose });
    });
  }

  /** Entries of the batch that is answered next; 0 when there is none. */
  get underWay(): number {
    return this.#open[0]?.entries.length ?? 0;
  }

  /** Commits what is under way. `original` names the earlier event of a hash, if there is one. */
  commits(original: (hash: number) => readonly [number, number] | null = () => null): void {
    const { entries, answer } = this.#taken();
    const numbers: number[] = [];
    for (const entry of entries) {
      numbers.push(this.head + 1);
      for (const hash of entry.hashes) numbers.push(...(original(hash) ?? [0]));
      this.head += entry.width;
    }
    answer({ ok: true, head: this.head, numbers: Float64Array.from(numbers) });
  }

  fails(code: "disk_full" | "failing"): void {
    this.#taken().answer({ ok: false, code, detail: `the disk says ${code}` });
  }

  dies(): void {
    this.#taken().lose(new Error("thread ended"));
  }

  #taken(): UnderWay {
    const open = this.#open.shift();
    if (open === undefined) throw new Error("nothing is under way");
    return open;
  }
}
