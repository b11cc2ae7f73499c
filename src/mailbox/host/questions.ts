import { err, ok, type Result } from "../../base/result.ts";
import type { Outbox } from "./outbox.ts";
import type { TeamAsk, WireTold } from "./wire.ts";

export interface TeamFault {
  /** `threw`: the function itself. `unavailable`: no host can start, or it ended meanwhile. */
  readonly code: "threw" | "unavailable" | "timeout" | "aborted";
  readonly message: string;
}

/** JSON, whatever the team's function returned. */
export type TeamAnswer = Result<unknown, TeamFault>;

/** The questions that one host has not answered yet. */
export class Questions {
  readonly #outbox: Pick<Outbox, "ask" | "drop">;
  readonly #open = new Map<number, (answer: TeamAnswer) => void>();
  #next = 1;

  constructor(outbox: Pick<Outbox, "ask" | "drop">) {
    this.#outbox = outbox;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Resolves with the answer, or with why the host has none. `drop` ends the waiting. */
  ask(ask: TeamAsk): { readonly answer: Promise<TeamAnswer>; drop(fault: TeamFault): void } {
    const question = this.#next++;
    const { promise, resolve } = Promise.withResolvers<TeamAnswer>();
    this.#open.set(question, resolve);
    this.#outbox.ask(question, ask);
    const drop = (fault: TeamFault): void => {
      if (!this.#open.delete(question)) return;
      this.#outbox.drop(question);
      resolve(err(fault));
    };
    return { answer: promise, drop };
  }

  told([question, answered, text]: WireTold): void {
    const resolve = this.#open.get(question);
    this.#open.delete(question);
    resolve?.(answered ? parsed(text) : err({ code: "threw", message: text }));
  }

  gone(why: string): void {
    for (const resolve of this.#open.values())
      resolve(err({ code: "unavailable", message: `Its process ended: ${why}` }));
    this.#open.clear();
  }
}

function parsed(text: string): TeamAnswer {
  try {
    return ok(JSON.parse(text));
  } catch {
    // The team's code can reach the channel if it tries.
    return err({ code: "threw", message: "What it returned could not be read as JSON." });
  }
}
