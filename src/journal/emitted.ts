import { eventId, seq } from "../base/ids.ts";
import type { Origin, RequestFact } from "./facts.ts";

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
