import type { Appended, EventFact, Intake } from "../journal/facts.ts";
import type { LoadedEvent, Posted } from "../journal/journal.ts";

/** Made once: a Response copies them, which costs less than reading a plain object. */
const JSON_HEADERS = new Headers({ "content-type": "application/json" });
const ANSWERS = {
  200: { status: 200, headers: JSON_HEADERS },
  202: { status: 202, headers: JSON_HEADERS },
} as const;

/** What the sender gets once everything is on disk. An id is made of letters and digits: nothing to escape. */
export function receipt(status: 200 | 202 | 204, appended: readonly Appended[]): Response {
  if (status === 204) return new Response(null, { status });
  let events = "";
  for (const { id, duplicate } of appended) {
    events += `${events === "" ? "" : ","}{"id":"${id}","duplicate":${duplicate}}`;
  }
  return new Response(`{"status":"accepted","events":[${events}]}`, ANSWERS[status]);
}

/** What the sender gets once a request that cannot be verified yet is on disk: nothing is said of its events. */
export function heldReceipt(status: 200 | 202 | 204): Response {
  if (status === 204) return new Response(null, { status });
  return new Response('{"status":"held","events":[]}', ANSWERS[status]);
}

/** Requests up to this size go to the mailboxes as they are in memory; larger ones are read back when their turn comes. */
const LOADED_BYTES_MAX = 64 * 2 ** 10;

/** What the mailboxes are told: the new events, in order; a duplicate does not reach the handler. */
export function postings(intake: Intake, appended: readonly Appended[]): Posted[] {
  const posted: Posted[] = [];
  const inMemory = intake.body.byteLength <= LOADED_BYTES_MAX;
  for (let index = 0; index < appended.length; index++) {
    const place = appended[index];
    const fact = intake.events[index];
    if (place === undefined || fact === undefined || place.duplicate) continue;
    posted.push({
      source: intake.source,
      ref: fact.connection === null ? null : { source: intake.source, key: fact.connection },
      seq: place.seq,
      loaded: inMemory ? loaded(intake, place, fact) : null,
    });
  }
  return posted;
}

function loaded(intake: Intake, { id, seq }: Appended, fact: EventFact): LoadedEvent {
  const { range } = fact;
  return {
    id,
    seq,
    source: intake.source,
    fact: {
      dedupeKey: fact.dedupeKey,
      type: fact.type,
      connection: fact.connection,
      occurredAt: fact.occurredAt,
      sequence: fact.sequence,
      range,
      origin: intake.origin,
      receivedAt: intake.at,
      trace: intake.trace ?? null,
    },
    request: intake.request,
    body: range === null ? intake.body : intake.body.subarray(range[0], range[0] + range[1]),
    steps: [],
  };
}
