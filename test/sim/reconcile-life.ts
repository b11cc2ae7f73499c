import type { Clock, Millis } from "../../src/base/clock.ts";
import type { Answer, Ask, AskFault, HttpClient } from "../../src/base/http/client.ts";
import type { Random } from "../../src/base/random.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { Appended, Fact, Intake } from "../../src/journal/facts.ts";
import { type Journal, JournalRefused, ReadRefused } from "../../src/journal/journal.ts";
import type { AllReads } from "../../src/journal/reads/reader.ts";
import { SimClock } from "../support/sim-clock.ts";

/** Reading a body, and ending a stream of it, takes turns of the real event loop: time waits for them. */
export class WaitingClock extends SimClock {
  /** How many such turns may follow from what has just happened. */
  turns = 0;

  override async settle(): Promise<void> {
    await super.settle();
    while (this.turns > 0) {
      this.turns--;
      await new Promise((resolve) => setImmediate(resolve));
      await super.settle();
    }
  }
}

/** Time as one life of the process has it: with the process, all of its timers are gone. */
export class LifeClock implements Clock {
  readonly #clock: Clock;
  readonly isAlive: () => boolean;

  constructor(clock: Clock, isAlive: () => boolean) {
    this.#clock = clock;
    this.isAlive = isAlive;
  }

  now(): Millis {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, fire: () => void): () => void {
    return this.#clock.after(delayMs, () => this.#live(fire));
  }

  soon(fire: () => void): void {
    this.#clock.soon(() => this.#live(fire));
  }

  #live(fire: () => void): void {
    if (this.isAlive()) fire();
  }
}

/** What goes wrong in the process itself; shares are of the commits or reads. */
export interface Trouble {
  refusals: number;
  deaths: number;
  readFaults: number;
  /** A commit takes up to this long, and so does its answer. */
  commitMs: number;
}

export interface MortalDeps {
  readonly clock: LifeClock;
  readonly random: Random;
  readonly trouble: Trouble;
  /** Facts that are in the log now, in its order. */
  committed(facts: readonly Fact[]): void;
  died(): void;
}

type Writes = Pick<Journal, "append" | "record" | "appendTogether">;

/** A journal that refuses some commits, and whose process dies before some, or between one and its answer. */
export function mortal(journal: Writes, deps: MortalDeps): Writes {
  const { clock, random, trouble } = deps;
  const around = <T>(facts: readonly Fact[], work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const [draw, half] = [random.unit(), random.unit() < 0.5];
      const later = (then: () => void) => clock.after(random.below(trouble.commitMs + 1), then);
      if (draw < trouble.refusals) {
        later(() => reject(new JournalRefused("overloaded", "refused, by the seed")));
        return;
      }
      const dies = draw < trouble.refusals + trouble.deaths;
      later(() => {
        if (dies && half) return deps.died();
        void work().then((answer) => {
          deps.committed(facts);
          if (dies) deps.died();
          else later(() => resolve(answer));
        }, reject);
      });
    });
  return {
    append: (intake: Intake): Promise<readonly Appended[]> =>
      around([], () => journal.append(intake)),
    record: (fact: Fact) => around([fact], () => journal.record(fact)),
    appendTogether: (intakes: readonly Intake[], facts: readonly Fact[]) =>
      around(facts, () => journal.appendTogether(intakes, facts)),
  };
}

/** Reads of which some are refused. */
export function forgetful(reads: AllReads, { random, trouble }: MortalDeps): AllReads {
  const each = Object.entries(reads).map(([name, read]) => [
    name,
    async (...args: never[]) => {
      if (random.unit() < trouble.readFaults)
        throw new ReadRefused("behind", "behind, by the seed");
      return (read as (...given: never[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(each) as AllReads;
}

export interface WireDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** What the other side answers, and when: at once, late, or never. */
  answer(request: Request): Promise<Response>;
  /** An answer is on its way for up to so long. */
  answerMs: number;
}

/** A client whose calls arrive at once and whose answers take their time, up to the call's own limit. */
export function wired(deps: WireDeps): HttpClient {
  return { ask: (ask, signal) => overWire(ask, signal, deps) };
}

function overWire(
  ask: Ask,
  signal: AbortSignal | undefined,
  { clock, random, answer, answerMs }: WireDeps,
): Promise<Result<Answer, AskFault>> {
  const { url, method, headers, timeoutMs } = ask;
  const given = new AbortController();
  return new Promise((resolve) => {
    const end = (result: Result<Answer, AskFault>): void => {
      cancel();
      signal?.removeEventListener("abort", stopped);
      resolve(result);
      given.abort();
    };
    const stopped = (): void => end(err({ code: "aborted", detail: "stopped" }));
    const cancel = clock.after(timeoutMs, () =>
      end(err({ code: "timeout", detail: "no answer in time" })),
    );
    signal?.addEventListener("abort", stopped);
    const body = typeof ask.body === "string" ? { body: ask.body } : {};
    const request = new Request(url, { method, headers, ...body, signal: given.signal });
    void answer(request).then(async (response) => {
      const bytes = new Uint8Array(await response.arrayBuffer());
      const { status } = response;
      const fields = [...response.headers].map(([name, value]) => [name, value] as const);
      const came = { status, headers: fields, body: bytes, truncated: false };
      clock.after(random.below(answerMs + 1), () => end(ok(came)));
    });
  });
}
