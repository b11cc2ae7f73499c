import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { InvariantBroken } from "../base/result.ts";
import { ReadRefused } from "../journal/journal.ts";

interface Asked<Ask, Answer> {
  readonly ask: Ask;
  readonly answered: (answer: Answer) => void;
  readonly failed: (error: unknown) => void;
  /** How many batches had been answered when this ask first broke one alone; `null`: it never did. */
  brokeAt: number | null;
}

const BACKOFF_MS_FIRST = 50;
const BACKOFF_MS_MAX = 5_000;

/**
 * Collects what many ask of a reader and asks it together, a bounded batch at a time. What comes while a
 * batch is away goes with the next one, so that batches grow with the load.
 * A refused batch is asked again later. A batch that breaks is halved until the one ask that breaks it
 * is alone; that one fails, provided others are answered meanwhile: a damaged row cannot stop everybody,
 * and a reader that is down blames nobody.
 */
export class Asking<Ask, Answer> {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #read: (asks: readonly Ask[]) => Promise<readonly Answer[]>;
  readonly #batchMax: number;
  readonly #flightsMax: number;
  #queue: Asked<Ask, Answer>[] = [];
  #batch: number;
  #flights = 0;
  #answered = 0;
  #backoffMs = 0;
  #resting = false;

  constructor(
    deps: { clock: Clock; log: Log },
    bounds: { batch: number; flights: number },
    read: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  ) {
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#read = read;
    this.#batchMax = bounds.batch;
    this.#batch = bounds.batch;
    this.#flightsMax = bounds.flights;
  }

  /** Whether an ask that is added now would leave at the next turn. */
  get free(): boolean {
    return this.#flights < this.#flightsMax && !this.#resting && this.#queue.length < this.#batch;
  }

  add(ask: Ask, answered: (answer: Answer) => void, failed: (error: unknown) => void): void {
    this.#queue.push({ ask, answered, failed, brokeAt: null });
  }

  /** Sends off what has been collected. */
  turn(): void {
    while (this.#queue.length > 0 && this.#flights < this.#flightsMax && !this.#resting) {
      this.#fly(this.#queue.splice(0, this.#batch));
    }
  }

  #fly(batch: Asked<Ask, Answer>[]): void {
    this.#flights++;
    this.#read(batch.map(({ ask }) => ask)).then(
      (answers) => {
        this.#flights--;
        if (answers.length === batch.length) this.#landed(batch, answers);
        else this.#broke(batch, new InvariantBroken("a reader gives one answer to each ask"));
      },
      (error: unknown) => {
        this.#flights--;
        this.#broke(batch, error);
      },
    );
  }

  #landed(batch: readonly Asked<Ask, Answer>[], answers: readonly Answer[]): void {
    this.#answered++;
    this.#backoffMs = 0;
    this.#batch = Math.min(this.#batch * 2, this.#batchMax);
    for (const [index, answer] of answers.entries()) batch[index]?.answered(answer);
    this.turn();
  }

  #broke(batch: Asked<Ask, Answer>[], error: unknown): void {
    const only = batch.length === 1 ? batch[0] : undefined;
    if (error instanceof ReadRefused) this.#queue = [...batch, ...this.#queue];
    else if (only !== undefined) {
      if (this.#blames(only)) {
        only.failed(error);
        this.turn();
        return;
      }
      this.#queue.push(only);
    } else {
      this.#batch = Math.max(1, Math.floor(batch.length / 2));
      this.#queue = [...batch, ...this.#queue];
    }
    this.#rest(error);
  }

  /** Whether it is this ask that breaks the reader, and not the reader that is broken. */
  #blames(asked: Asked<Ask, Answer>): boolean {
    if (asked.brokeAt !== null && this.#answered > asked.brokeAt) return true;
    asked.brokeAt ??= this.#answered;
    return false;
  }

  #rest(error: unknown): void {
    this.#backoffMs = Math.min(Math.max(this.#backoffMs * 2, BACKOFF_MS_FIRST), BACKOFF_MS_MAX);
    this.#log.warn("the journal could not be read; asking again", {
      error: error instanceof Error ? error.message : String(error),
      afterMs: this.#backoffMs,
    });
    if (this.#resting) return;
    this.#resting = true;
    this.#clock.after(this.#backoffMs, () => {
      this.#resting = false;
      this.turn();
    });
  }
}
