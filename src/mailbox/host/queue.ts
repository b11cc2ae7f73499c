import type { Run } from "./run.ts";

/** Jobs that wait for a shared host, first come, first served. Taking the first is cheap however many wait. */
export class RunQueue {
  #runs: Run[] = [];
  #head = 0;

  get size(): number {
    return this.#runs.length - this.#head;
  }

  get first(): Run | undefined {
    return this.#runs[this.#head];
  }

  push(run: Run): void {
    this.#runs.push(run);
  }

  /** Back to the front, in this order. */
  unshift(runs: readonly Run[]): void {
    this.#runs = [...runs, ...this.#runs.slice(this.#head)];
    this.#head = 0;
  }

  shift(): void {
    this.#head++;
    if (this.#head < 1024 || this.#head * 2 < this.#runs.length) return;
    this.#runs = this.#runs.slice(this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#runs = [];
    this.#head = 0;
  }
}
