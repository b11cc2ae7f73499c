import { Type } from "@sinclair/typebox";
import { type Seq, seq } from "../../base/ids.ts";
import { problem } from "../../base/problems.ts";
import type { Actor } from "../../journal/facts.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { toFilter } from "../events/filter.ts";
import { summaries } from "../events/read.ts";
import { eventsQuery, filterFields } from "../events/schemas.ts";
import { Feed } from "./feed.ts";
import { Watch } from "./watch.ts";

export const STREAMS_MAX = 100;
/** Of one key, so that a program that forgets to close its own leaves some to the others. */
export const STREAMS_OF_ONE_MAX = 40;

const streamQuery = Type.Object(
  {
    ...filterFields,
    include: eventsQuery.properties.include,
    after: Type.Optional(
      Type.String({
        pattern: "^\\d{1,15}$",
        allowed: "a position: the id of a message",
        description:
          "where to begin, as Last-Event-ID, which comes first; 0: the beginning; default: now",
      }),
    ),
  },
  { additionalProperties: false },
);

export const streamEndpoints = (deps: AdminDeps): readonly Endpoint[] => [stream(deps)];

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  // nginx holds answers back otherwise.
  "x-accel-buffering": "no",
};

function stream(deps: AdminDeps): Endpoint {
  const watch = new Watch(deps.clock, deps.reads);
  const places = new Places();
  return endpoint({
    method: "GET",
    path: "/v1/stream",
    scope: "read",
    summary:
      "Follow events as they come and settle: server-sent events, resumed with Last-Event-ID",
    query: streamQuery,
    body: null,
    patient: true,
    answers: {
      200: {
        description: "Each message is an event as it is now; its id is a position",
        schema: null,
        mediaType: "text/event-stream",
      },
    },
    problems: ["too_many_streams", "behind", "slow"],
    handle: async ({ query, request, by }) => {
      const { include, after, ...given } = query;
      const filter = toFilter(given);
      if (!filter.ok) return problem("invalid_parameter", filter.error);
      const place = request.headers.get("last-event-id") || after;
      if (place !== undefined && !/^\d{1,15}$/.test(place)) {
        return problem(
          "invalid_parameter",
          "Last-Event-ID must be the id of a message of this stream.",
        );
      }
      const from = start(place, await watch.end());
      if (!places.take(by)) return problem("too_many_streams");
      const feed = new Feed(feedDeps(include === "data", by), filter.value, from);
      request.signal.addEventListener("abort", () => feed.end(), { once: true });
      if (request.signal.aborted) feed.end();
      return new Response(feed.stream(), { headers: HEADERS });
    },
  });

  function feedDeps(withData: boolean, by: Actor) {
    return {
      clock: deps.clock,
      reads: deps.reads,
      watch,
      render: async (rows: Parameters<typeof summaries>[1]) =>
        (await summaries(deps, rows, withData)).map((row) => JSON.stringify(row)),
      ended: () => places.leave(by),
    };
  }
}

/** How many streams are open, and whose. */
class Places {
  readonly #taken = new Map<Actor, number>();
  #all = 0;

  /** `false`: there is none left for them. */
  take(by: Actor): boolean {
    const own = this.#taken.get(by) ?? 0;
    if (this.#all >= STREAMS_MAX || own >= STREAMS_OF_ONE_MAX) return false;
    this.#all++;
    this.#taken.set(by, own + 1);
    return true;
  }

  leave(by: Actor): void {
    const own = this.#taken.get(by) ?? 0;
    this.#all--;
    if (own > 1) this.#taken.set(by, own - 1);
    else this.#taken.delete(by);
  }
}

/** A position beyond the end is of another journal, as after a restored backup: it goes on from now. */
function start(from: string | undefined, end: Seq): Seq {
  const place = from === undefined ? end : Number(from);
  return seq(Math.min(place, end));
}
