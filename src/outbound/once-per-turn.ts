import type { Clock } from "../base/clock.ts";

/** However often it is called within one turn of the loop, `run` is called once at its end. */
export class OncePerTurn {
  readonly #clock: Clock;
  readonly #run: () => void;
  #called = false;

  constructor(clock: Clock, run: () => void) {
    this.#clock = clock;
    this.#run = run;
  }

  call(): void {
    if (this.#called) return;
    this.#called = true;
    this.#clock.soon(() => {
      this.#called = false;
      this.#run();
    });
  }
}
