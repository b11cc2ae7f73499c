import type { Millis } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { ReconcileSettings } from "../config/settings.ts";
import type { ApiFault, ListAsk, ListPage, ListRecovery, Missed } from "../providers/recovery.ts";

/** A question to a function of the team's own, as it goes to where that lives. */
export type TeamAsk =
  | {
      readonly what: "list";
      readonly source: string;
      readonly since: Millis;
      readonly cursor: string | null;
    }
  | { readonly what: "fetch"; readonly source: string; readonly connection: string };

export interface TeamFault {
  /** `threw`: its own error. `unavailable`: it could not run, or its process ended. `timeout`: it took too long. */
  readonly code: "threw" | "unavailable" | "timeout" | "aborted";
  readonly message: string;
}

/** Where the team's functions run: JSON in, JSON out. */
export interface TeamCalls {
  ask(ask: TeamAsk, signal: AbortSignal): Promise<Result<unknown, TeamFault>>;
}

const ITEMS_MAX = 10_000;
const CURSOR_BYTES_MAX = 3_072;
const DAY_MS = 86_400_000;

/**
 * A source whose `reconcile.list` and `reconcile.fetch` are the team's own. They answer
 * `{ events, cursor, more }` (or only the array): each event is the payload as the sender would have
 * posted it, so that it is named and told apart by the same rules; where headers count as well, it is
 * `{ headers, payload }` in `requests` instead. `cursor` is kept and given back the next time; `more` asks for the next page
 * at once. Events oldest first.
 */
export function ownRecovery(
  source: string,
  { list, fetch, perSecond }: Pick<ReconcileSettings, "list" | "fetch" | "perSecond">,
  team: TeamCalls,
  signal: AbortSignal,
): ListRecovery {
  const asked = async (ask: TeamAsk): Promise<Result<unknown, ApiFault>> => {
    const answer = await team.ask(ask, signal);
    return answer.ok ? answer : err(faultOf(ask, answer.error));
  };
  return {
    kind: "list",
    windowMs: 30 * DAY_MS,
    overlapMs: 0,
    perSecond,
    lacks: null,
    oldestFirst: true,
    async list({ since, kept, page, connection }: ListAsk) {
      if (connection !== null && fetch) {
        const answer = await asked({ what: "fetch", source, connection });
        const read = answer.ok ? readAnswer(answer.value, "fetch") : answer;
        return read.ok ? ok({ ...read.value, next: null, keep: null }) : read;
      }
      if (!list) return ok({ missed: [], next: null, keep: null });
      const answer = await asked({ what: "list", source, since, cursor: page ?? kept });
      return answer.ok ? readAnswer(answer.value, "list") : answer;
    },
  };
}

/** What a function of the team's returned, as a page; it may be anything. */
export function readAnswer(answer: unknown, what: TeamAsk["what"]): Result<ListPage, ApiFault> {
  if (answer === undefined || answer === null) return ok({ missed: [], next: null, keep: null });
  const whole = Array.isArray(answer) ? { events: answer } : answer;
  const { events = [], requests = [], cursor = null, more = false } = whole as Shape;
  if (typeof whole !== "object" || !Array.isArray(events) || !Array.isArray(requests))
    return unreadable(what, "an array of payloads, or { events, cursor, more }");
  if (events.length + requests.length > ITEMS_MAX)
    return unreadable(
      what,
      `at most ${ITEMS_MAX} events at a time; with \`more: true\` it is called again`,
    );
  if (
    cursor !== null &&
    (typeof cursor !== "string" || Buffer.byteLength(cursor) > CURSOR_BYTES_MAX)
  )
    return unreadable(what, `a \`cursor\` that is a text of at most ${CURSOR_BYTES_MAX} bytes`);
  const missed = events.map((payload) => missedOf({}, payload));
  for (const request of requests) {
    const { headers, payload } = (request ?? {}) as { headers?: unknown; payload?: unknown };
    if (!isHeaders(headers))
      return unreadable(what, "`requests` of { headers, payload }, headers as texts");
    missed.push(missedOf(headers, payload));
  }
  if (more === true && cursor === null)
    return unreadable(what, "a `cursor` with `more: true`, to go on from");
  return ok({ missed, next: more === true ? cursor : null, keep: cursor });
}

interface Shape {
  readonly events?: unknown;
  readonly requests?: unknown;
  readonly cursor?: unknown;
  readonly more?: unknown;
}

function missedOf(headers: Readonly<Record<string, string>>, payload: unknown): Missed {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const text = typeof payload === "string" ? payload : JSON.stringify(payload ?? null);
  return {
    headers: { "content-type": "application/json", ...Object.fromEntries(lower) },
    body: Buffer.from(text),
  };
}

/** As HTTP takes them: anything else would make the whole sweep break. */
function isHeaders(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(
    ([name, text]) =>
      /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(name) &&
      typeof text === "string" &&
      /^[\t\x20-\x7e\x80-\xff]*$/.test(text),
  );
}

const unreadable = (what: string, wanted: string): Result<never, ApiFault> =>
  err({ code: "unreadable", detail: `reconcile.${what} has to return ${wanted}.` });

function faultOf({ what }: TeamAsk, { code, message }: TeamFault): ApiFault {
  const detail = `reconcile.${what}: ${message}`;
  return { code: code === "aborted" ? "aborted" : "unavailable", detail };
}
