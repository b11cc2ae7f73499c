import type { Config } from "../../../config/types/config.ts";
import type { TeamAsk, ToHost } from "../wire.ts";
import { errorFact } from "./fault.ts";
import type { Speaker } from "./speaker.ts";

/** What a function may return, characters of JSON: a page, not an archive. */
const ANSWER_CHARS_MAX = 32 * 2 ** 20;

/** Answers questions with the team's own functions; each has a signal that says when nobody waits any more. */
export class TeamAnswers {
  readonly #config: Config;
  readonly #speaker: Pick<Speaker, "told">;
  readonly #open = new Map<number, AbortController>();

  constructor(config: Config, speaker: Pick<Speaker, "told">) {
    this.#config = config;
    this.#speaker = speaker;
  }

  receive({ asks = [], dropped = [] }: Pick<ToHost, "asks" | "dropped">): void {
    for (const [question, ask] of asks) void this.#answer(question, ask);
    for (const question of dropped) {
      this.#open.get(question)?.abort();
      this.#open.delete(question);
    }
  }

  async #answer(question: number, ask: TeamAsk): Promise<void> {
    const abort = new AbortController();
    this.#open.set(question, abort);
    const told = await this.#call(ask, abort.signal).then(
      (text) => [question, true, text] as const,
      (error: unknown) => [question, false, errorFact(error).message] as const,
    );
    if (this.#open.delete(question)) this.#speaker.told(told);
  }

  /** The answer as JSON text; rejects with whatever the function throws. */
  async #call(ask: TeamAsk, signal: AbortSignal): Promise<string> {
    const reconcile = this.#config.sources?.[ask.source]?.reconcile;
    const own = reconcile === false ? undefined : reconcile;
    const answer =
      ask.what === "list"
        ? await own?.list?.({ since: new Date(ask.since), cursor: ask.cursor, signal })
        : await own?.fetch?.({ connection: ask.connection, signal });
    const text = JSON.stringify(answer ?? null);
    if (text.length <= ANSWER_CHARS_MAX) return text;
    throw new Error(
      "It returned more than 32 MiB at once; return a page, with a `cursor` and `more: true`.",
    );
  }
}
