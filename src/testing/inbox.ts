import type { Payload } from "../config/types/handler.ts";
import type { Delivered, Receiver, TestClock, TestInbox } from "../config/types/testing.ts";
import type { LoadedEvent, Newest } from "../journal/journal.ts";
import { isOlder, newerOf } from "../journal/newest.ts";
import { arrival } from "./arrival.ts";
import { Delivery } from "./deliver.ts";
import { subjectOf } from "./subject.ts";
import { handOf } from "./test-clock.ts";

/** What is known of a connection between its events. */
interface Known<State> {
  state: State;
  newest: Newest;
  /** The end of its queue. */
  tail: Promise<unknown>;
}

/**
 * Receives events one after the other as the process would: each connection's state and newest event
 * are kept between them, a second arrival is a `duplicate`, and events of one connection take turns while
 * others do not wait for them. Each is delivered until it is settled.
 */
export function inbox<State = Payload>(
  receiver: Receiver<State>,
  options: { readonly clock?: TestClock } = {},
): TestInbox<State> {
  const subject = subjectOf(receiver as Receiver);
  const clock = handOf(options.clock);
  const connections = new Map<string, Known<State>>();
  const seen = new Set<string>();
  const knownOf = (key: string | null): Known<State> => {
    const known = (key === null ? undefined : connections.get(key)) ?? nothingYet<State>();
    if (key !== null) connections.set(key, known);
    return known;
  };
  return {
    state: (connection) => structuredClone(knownOf(connection).state),
    receive: (event, given = {}) => {
      const loaded = arrival(event, subject.settings.name, clock.now());
      const known = knownOf(loaded.fact.connection);
      if (seen.has(loaded.fact.dedupeKey)) return Promise.resolve(duplicate(known.state));
      seen.add(loaded.fact.dedupeKey);
      const turn = known.tail.then(async () => {
        const stale = isOlder(loaded.fact, known.newest);
        const own = { until: "settled" as const, ...given, state: known.state, stale };
        const delivered = await new Delivery<State>(subject, loaded, own, clock).run();
        apply(known, loaded, delivered, stale);
        return delivered;
      });
      known.tail = turn.catch(() => {});
      return turn;
    },
  };
}

const nothingYet = <State>(): Known<State> => ({
  state: {} as State,
  newest: { occurredAt: null, sequence: null },
  tail: Promise.resolve(),
});

function apply<State>(
  known: Known<State>,
  { fact }: LoadedEvent,
  { outcome, state }: Delivered<State>,
  stale: boolean,
): void {
  known.state = state;
  if (outcome === "completed" && !stale) known.newest = newerOf(known.newest, fact);
}

function duplicate<State>(state: State): Delivered<State> {
  const nothing = { reason: null, error: null, steps: {}, ran: [], emitted: [], log: [] };
  return { ...nothing, outcome: "duplicate", state, attempts: 0, retryAfterMs: null };
}
