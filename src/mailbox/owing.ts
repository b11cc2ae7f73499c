import { mediaTypeOf, parseMedia } from "../base/media.ts";
import type { Emitted } from "../journal/facts.ts";
import type { LoadedEvent } from "../journal/journal.ts";
import type { EndpointId, FanOut } from "../journal/sending.ts";
import type { Settled } from "./run.ts";

/** A settling with what it makes owed: its event to whom that goes, when it is completed, and what was emitted in any case. */
export function owing(fact: Settled, event: LoadedEvent, fanOut: Pick<FanOut, "match">): Settled {
  const emitted = fact.emitted.map((own) => addressed(own, event, fanOut));
  const fannable = { ...placeOf(event), type: event.fact.type, data: () => dataOf(event) };
  const deliveries = fact.outcome === "completed" ? fanOut.match(fannable) : [];
  const settled = fact.emitted.length === 0 ? fact : { ...fact, emitted };
  return deliveries.length === 0 ? settled : { ...settled, deliveries };
}

/** To whom something is owed by now, each once. */
export function owedBy({ deliveries, emitted }: Settled): readonly EndpointId[] {
  if (emitted.length === 0) return deliveries ?? [];
  return [...new Set([deliveries ?? [], ...emitted.map((own) => own.deliveries ?? [])].flat())];
}

function addressed(emitted: Emitted, event: LoadedEvent, fanOut: Pick<FanOut, "match">): Emitted {
  const data = (): unknown => JSON.parse(emitted.data);
  const deliveries = fanOut.match({ ...placeOf(event), type: emitted.type, data });
  return deliveries.length === 0 ? emitted : { ...emitted, deliveries };
}

const placeOf = ({ source, fact }: LoadedEvent) => ({ source, connection: fact.connection });

/** What a filter looks at; nothing, when the bytes are not what their media type says. */
function dataOf({ body, request, fact }: LoadedEvent): unknown {
  const sent = request.headers.find(([name]) => name === "content-type")?.[1] ?? null;
  const type = fact.range === null ? sent : "application/json";
  const parsed = parseMedia(body ?? new Uint8Array(0), mediaTypeOf(type));
  return parsed.ok ? parsed.value : undefined;
}
