import type { Clock, Millis } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import type { Seq } from "../base/ids.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { ConnectionRow, EventDetail, EventRow } from "../journal/rows.ts";
import type { Actor } from "./actor.ts";
import type { Roster } from "./roster.ts";
import { unitName } from "./unit-name.ts";

/** Where a job stands that was handed to the handlers. */
export interface HandlerPlaces {
  /** `null` when no such job is there. */
  describe(position: Seq): { readonly place: string; readonly since: Millis } | null;
}

export interface WhyDeps {
  readonly clock: Clock;
  readonly roster: Pick<Roster, "find" | "full">;
  readonly places: HandlerPlaces;
  source(name: string): SourceSettings | undefined;
}

const time = (at: Millis): string => new Date(at).toISOString();

/** One sentence on why something waits, from what the journal shows and what is in memory right now. */
export class Why {
  readonly #deps: WhyDeps;

  constructor(deps: WhyDeps) {
    this.#deps = deps;
  }

  /** `null` when the event is settled. */
  event(
    event: EventRow,
    behind: EventDetail["behind"],
    connection: ConnectionRow | null,
  ): string | null {
    if (event.status !== "pending") return null;
    const { source, seq } = event;
    const ref = event.connection === null ? null : { source, key: event.connection };
    const actor = this.#deps.roster.find(unitName(ref, seq));
    if (actor?.item?.event === seq) return this.#working(actor);
    const stopped = this.#stopped(source, connection);
    if (stopped !== null) return stopped;
    if (event.nextAttemptAt !== null) return this.#retrying(event, event.nextAttemptAt);
    if (behind !== null)
      return `Waits behind ${behind} in its connection.${this.#headRetry(connection)}`;
    return this.#unstarted(actor);
  }

  /** `null` when nothing waits. */
  connection(row: ConnectionRow): string | null {
    const { source, key, head } = row;
    if (row.mailboxDepth === 0 || head === null) return null;
    const actor = this.#deps.roster.find(unitName({ source, key }, head.seq));
    if (actor !== undefined && actor.item !== null) return this.#working(actor);
    const stopped = this.#stopped(source, row);
    if (stopped !== null) return stopped;
    if (head.nextAttemptAt !== null)
      return `Its head ${head.id} ${this.#triedAgain(head.attempts, source, head.nextAttemptAt)}`;
    return this.#unstarted(actor);
  }

  #stopped(source: string, connection: ConnectionRow | null): string | null {
    if (this.#deps.source(source) === undefined) {
      return `Its source "${source}" is not in the configuration; it goes on when it is there again.`;
    }
    if (connection === null || connection.status === "active") return null;
    const since = connection.statusAt === null ? "" : ` since ${time(connection.statusAt)}`;
    const reason = connection.statusReason ?? "no reason given";
    return connection.status === "paused"
      ? `Its connection is paused${since} (${reason}); it goes on when it is resumed.`
      : `Its connection is halted${since}: ${reason} It goes on when it is resumed.`;
  }

  #working(actor: Actor): string {
    const place = actor.item === null ? null : this.#deps.places.describe(actor.item.position);
    if (actor.state === "settling") return "Its outcome is being written to the journal.";
    if (actor.state !== "running") return "Its event is being read from the journal.";
    if (place?.place === "waiting")
      return `Waits for a free handler host since ${time(place.since)}.`;
    if (place?.place === "suspect") {
      return `Its handler host ended; it waits since ${time(place.since)} to be run again on its own.`;
    }
    const since = place?.since ?? actor.since;
    const forMs = Math.max(0, this.#deps.clock.now() - since);
    return `Its handler has been running since ${time(since)} (${formatDuration(forMs)}).`;
  }

  #retrying(event: EventRow, nextAt: Millis): string {
    const error =
      event.error === null
        ? ""
        : ` Last error: ${event.error.code}: ${oneLine(event.error.message)}`;
    return `${capital(this.#triedAgain(event.attempts, event.source, nextAt))}${error}`;
  }

  #triedAgain(attempts: number, source: string, nextAt: Millis): string {
    const policy = this.#deps.source(source)?.retry.attempts;
    const of = policy === undefined || attempts > policy ? "" : ` of ${policy}`;
    const now = this.#deps.clock.now();
    const when =
      nextAt <= now ? "is due now" : `is at ${time(nextAt)}, in ${formatDuration(nextAt - now)}`;
    return `failed attempt ${attempts}${of}; the next try ${when}.`;
  }

  #headRetry(connection: ConnectionRow | null): string {
    const head = connection?.head;
    if (
      head?.nextAttemptAt == null ||
      this.#deps.source(connection?.source ?? "")?.order === "relaxed"
    )
      return "";
    return ` The head ${head.id} ${this.#triedAgain(head.attempts, connection?.source ?? "", head.nextAttemptAt)}`;
  }

  #unstarted(actor: Actor | undefined): string {
    if (actor === undefined) {
      return this.#deps.roster.full
        ? "Waits for a place among the connections that are worked on at present."
        : "Is about to be read from the journal.";
    }
    if (actor.state === "reading") return "Its mailbox is being read from the journal.";
    if (actor.state === "crashed")
      return "Its actor crashed and is about to be rebuilt from the journal.";
    if (actor.item !== null) return "Waits for the event that its connection is working on.";
    return "Is next in line for a handler.";
  }
}

const ERROR_CHARS_MAX = 200;

const oneLine = (text: string): string => text.replace(/\s+/g, " ").slice(0, ERROR_CHARS_MAX);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
