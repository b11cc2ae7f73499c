import { type Clock, sleep } from "../../base/clock.ts";

export type Post = (url: string, init: RequestInit) => Promise<Response>;

export interface Letter {
  readonly body: Uint8Array;
  /** Made anew for each try. */
  headers(): Readonly<Record<string, string>>;
}

export interface PostmanDeps {
  readonly clock: Clock;
  readonly post: Post;
  readonly to: string;
  /** Real ms. */
  readonly retriesMs: readonly number[];
  /** Whether nothing can be sent now: the provider is away. */
  isAway(): boolean;
}

/** How long an answer is waited for; not documented. */
const ANSWER_MS_MAX = 10_000;
const AT_ONCE_MAX = 64;

/**
 * Sends webhooks as a provider does: many at once, each until it is accepted (2xx) or its retries are
 * spent. Then it is lost for good: there is no list of events to ask for.
 */
export class Postman {
  readonly #deps: PostmanDeps;
  readonly #waiting: Letter[] = [];
  readonly #ended = new AbortController();
  #posting = 0;
  #underWay = 0;
  readonly counts = { sent: 0, accepted: 0, refused: 0, unanswered: 0, gaveUp: 0, away: 0 };

  constructor(deps: PostmanDeps) {
    this.#deps = deps;
  }

  /** Letters that are neither accepted nor given up. */
  get underWay(): number {
    return this.#underWay;
  }

  send(letter: Letter): void {
    this.#underWay++;
    this.#waiting.push(letter);
    this.#pump();
  }

  /** Gives up everything. */
  end(): void {
    this.#ended.abort();
    this.#waiting.length = 0;
  }

  #pump(): void {
    while (this.#posting < AT_ONCE_MAX) {
      const letter = this.#waiting.shift();
      if (letter === undefined) return;
      this.#posting++;
      void this.#deliver(letter, 0);
    }
  }

  async #deliver(letter: Letter, tries: number): Promise<void> {
    const accepted = this.#deps.isAway() ? null : await this.#try(letter);
    this.#posting--;
    this.#pump();
    const waitMs = this.#deps.retriesMs[tries];
    if (accepted === true || accepted === null || waitMs === undefined) {
      // What falls due while the provider is away is not sent later: it comes back without its queue.
      if (accepted === null) this.counts.away++;
      else if (!accepted) this.counts.gaveUp++;
      this.#underWay--;
      return;
    }
    await sleep(this.#deps.clock, waitMs, this.#ended.signal);
    if (this.#ended.signal.aborted) return;
    this.#posting++;
    await this.#deliver(letter, tries + 1);
  }

  async #try(letter: Letter): Promise<boolean> {
    const { clock, post, to } = this.#deps;
    const late = new AbortController();
    const cancel = clock.after(ANSWER_MS_MAX, () => late.abort());
    this.counts.sent++;
    try {
      const response = await post(to, {
        method: "POST",
        headers: { ...letter.headers() },
        body: letter.body as Uint8Array<ArrayBuffer>,
        redirect: "manual",
        signal: AbortSignal.any([late.signal, this.#ended.signal]),
      });
      await response.arrayBuffer();
      if (response.ok) this.counts.accepted++;
      else this.counts.refused++;
      return response.ok;
    } catch {
      this.counts.unanswered++; // Refused, reset or too slow: all of them are no acceptance.
      return false;
    } finally {
      cancel();
    }
  }
}
