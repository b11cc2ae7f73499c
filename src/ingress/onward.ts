import type { Appended, EventFact, Intake } from "../journal/facts.ts";
import type { Posted } from "../journal/journal.ts";
import type { EndpointId, FanOut } from "../journal/sending.ts";
import { postings } from "./receipt.ts";
import type { Source } from "./sources.ts";

/** Where events go once they are journaled. */
export interface Onward {
  /** Tells the mailboxes of what is journaled, in the order of the journal. */
  post(posted: readonly Posted[]): void;
  /** Whom events are sent on to that nobody processes here. */
  readonly fanOut: FanOut;
  /** A webhook says that something changed at this connection; `null`: it does not say at which. */
  hinted(source: string, key: string | null): void;
}

/** Of what `onward` works: where the body is parsed already it is not parsed again. */
interface Payload {
  readonly body: Uint8Array;
  parsed(): { readonly ok: boolean; readonly value?: unknown };
}

/** A request with what is owed to endpoints. A mere hint is owed to nobody: what it leads to is. */
export const addressed = (
  intake: Intake,
  source: Source,
  payload: Payload,
  fanOut: FanOut,
): Intake => (source.hints === "only" ? intake : owing(intake, payload, fanOut));

/**
 * The intake with what is owed to endpoints, where its events are complete as soon as they are journaled;
 * of others the mailboxes say so when they settle them.
 */
export function owing(intake: Intake, payload: Payload, fanOut: FanOut): Intake {
  if (!intake.settled) return intake;
  let any = false;
  const deliveries: (readonly EndpointId[])[] = [];
  for (const event of intake.events) {
    const { type, connection } = event;
    const owed = fanOut.match({
      source: intake.source,
      connection,
      type,
      data: () => dataOf(event, payload),
    });
    any ||= owed.length > 0;
    deliveries.push(owed);
  }
  return any ? { ...intake, deliveries } : intake;
}

/** Journaled: the mailboxes get what is theirs, and sending what is owed. */
export function onward(
  intake: Intake,
  appended: readonly Appended[],
  deps: Pick<Onward, "post" | "fanOut">,
): void {
  if (!intake.settled) deps.post(postings(intake, appended));
  if (intake.deliveries === undefined) return;
  const owed = new Set<EndpointId>();
  for (const [index, place] of appended.entries()) {
    if (place.duplicate) continue;
    for (const endpoint of intake.deliveries[index] ?? []) owed.add(endpoint);
  }
  if (owed.size > 0) deps.fanOut.owed([...owed]);
}

/** Tells what a journaled webhook hints at. A repetition is told, too: what is known by its bytes may have happened twice. */
export function hint({ events }: Intake, source: Source, deps: Pick<Onward, "hinted">): void {
  if (source.hints === "no") return;
  for (const { connection } of events) deps.hinted(source.name, connection);
}

function dataOf({ range }: EventFact, payload: Payload): unknown {
  if (range === null) {
    const whole = payload.parsed();
    return whole.ok ? whole.value : undefined;
  }
  try {
    return JSON.parse(Buffer.from(payload.body.subarray(range[0], range[0] + range[1])).toString());
  } catch {
    // An item that is no JSON of its own has nothing that a filter could look at.
    return undefined;
  }
}
