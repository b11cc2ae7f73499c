import { seq } from "../../src/base/ids.ts";
import type { EventFact, Fact, Intake } from "../../src/journal/facts.ts";

export const T0 = Date.UTC(2026, 0, 1);

/** One event with this dedupe key. */
export function event(dedupeKey: string, more: Partial<EventFact> = {}): EventFact {
  return {
    dedupeKey,
    type: "t",
    connection: null,
    occurredAt: null,
    sequence: null,
    range: null,
    ...more,
  };
}

/** One request of source `s` whose events have these dedupe keys. */
export function intake(keys: readonly (string | EventFact)[], more: Partial<Intake> = {}): Intake {
  return {
    source: "s",
    origin: "webhook",
    at: T0,
    events: keys.map((key) => (typeof key === "string" ? event(key) : key)),
    request: { method: "POST", url: "/in/s", peer: "127.0.0.1", headers: [["a", "b"]] },
    body: new Uint8Array([123, 125]),
    settled: false,
    ...more,
  };
}

/** A fact that says nothing about events: what it costs is a row. */
export const fact = (fingerprint = "f", at = T0): Fact => ({
  kind: "secret_used",
  at,
  source: "s",
  fingerprint,
});

/** The event at this place settles, at its first position. */
export const settledFact = (
  event: number,
  more: Partial<Extract<Fact, { kind: "settled" }>> = {},
): Fact => ({
  kind: "settled",
  at: T0,
  event: seq(event),
  position: seq(event),
  outcome: "completed",
  reason: null,
  error: null,
  state: null,
  emitted: [],
  attempt: 1,
  startedAt: T0,
  durationMs: 1,
  stale: false,
  ...more,
});
