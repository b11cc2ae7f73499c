import type { Clock } from "../../base/clock.ts";
import { err } from "../../base/result.ts";
import type { Death } from "./death.ts";
import type { Host, HostOwner } from "./host.ts";
import type { TeamAnswer, TeamFault } from "./questions.ts";
import type { TeamAsk } from "./wire.ts";

export interface TeamDeskDeps {
  readonly clock: Clock;
  /** A host of the present configuration; `null` where there is none. */
  newHost(owner: HostOwner): Host | null;
}

/** A question is longer on its way than a handler: it asks others, page by page. */
const ANSWER_MS_MAX = 60_000;
/** A host that nobody has asked for so long is let go: its memory is worth more than its start. */
const IDLE_MS_MAX = 60_000;

const NO_CODE: TeamFault = {
  code: "unavailable",
  message: "There is no configuration to take the function from.",
};

/**
 * Asks functions of the team's that no event is about, in a host of their own: one that loops for ever or
 * takes all memory ends that host and its own questions, and no handler is suspected with it.
 *
 * The host comes with the first question and goes when none has come for a minute, when it falls, or with a new
 * configuration: what it was asked is unavailable then, and whoever asked will ask again.
 */
export class TeamDesk implements HostOwner {
  readonly #deps: TeamDeskDeps;
  #host: { readonly host: Host; readonly ready: PromiseWithResolvers<string | null> } | null = null;
  #cancelIdle: () => void = () => {};

  constructor(deps: TeamDeskDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async ask(ask: TeamAsk, signal: AbortSignal): Promise<TeamAnswer> {
    const { clock } = this.#deps;
    this.#cancelIdle();
    const current = this.#current();
    if (current === null) return err(NO_CODE);
    const fault = await current.ready.promise;
    if (fault !== null) return err({ code: "unavailable", message: fault });
    const { answer, drop } = current.host.questions.ask(ask);
    const stop = (): void => drop({ code: "aborted", message: "It was stopped." });
    const late = `It took longer than ${ANSWER_MS_MAX / 1000} s.`;
    const cancel = clock.after(ANSWER_MS_MAX, () => drop({ code: "timeout", message: late }));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    const told = await answer;
    cancel();
    signal.removeEventListener("abort", stop);
    this.#rest();
    return told;
  }

  /** Another configuration, or the end: the next question gets a new host. */
  renew(): void {
    this.#cancelIdle();
    const current = this.#host;
    this.#host = null;
    current?.ready.resolve("It is being replaced.");
    current?.host.kill(null);
  }

  hostReady(host: Host): void {
    if (this.#host?.host === host) this.#host.ready.resolve(null);
  }

  hostAnswered(): void {}

  hostFree(): void {}

  hostGone(host: Host, death: Death): void {
    if (this.#host?.host !== host) return;
    this.#host.ready.resolve(death.message);
    this.#host = null;
  }

  #current() {
    if (this.#host !== null) return this.#host;
    const host = this.#deps.newHost(this);
    if (host === null) return null;
    this.#host = { host, ready: Promise.withResolvers<string | null>() };
    return this.#host;
  }

  #rest(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#deps.clock.after(IDLE_MS_MAX, () => {
      if (this.#host?.host.questions.size === 0) this.renew();
    });
  }
}
