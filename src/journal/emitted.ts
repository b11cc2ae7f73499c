import { eventId, seq } from "../base/ids.ts";
import type { Origin, RequestFact } from "./facts.ts";
import type { EndpointId } from "./sending.ts";

/** What a handler emits. Settling makes an event of each, of the source and connection of its own event. */
export interface Emitted {
  readonly type: string;
  /** Chosen by the handler: of one source the same id makes one event only, within the dedupe retention. */
  readonly id: string | null;
  /** JSON text. */
  readonly data: string;
  /** Which endpoints it is owed to. Absent: none. */
  readonly deliveries?: readonly EndpointId[];
}

/** What stands where others have the request that they came in. */
export const EMITTED_REQUEST: RequestFact = {
  method: "EMIT",
  url: "",
  peer: "",
  headers: [["content-type", "application/json"]],
};

/** Whether events of this origin go to a handler: what was emitted or published here is complete as it is. */
export const isHandled = (origin: Origin): boolean => origin === "webhook" || origin === "poll";

/** Its dedupe key: of one that was given no id its own. */
export const emittedKey = (id: string | null, place: number, run: number): string =>
  id ?? eventId(seq(place), run);
