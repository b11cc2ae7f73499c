import type { Clock, Millis } from "../base/clock.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Closed } from "./gate.ts";
import type { EndpointActivity } from "./sending.ts";

/** What a courier knows of itself. */
export interface Doing {
  readonly inFlight: number;
  readonly ready: number;
  readonly closed: Closed | null;
  readonly dueAt: Millis | null;
}

const TEXT: Readonly<Record<Closed["kind"], string>> = {
  resting: "It failed several times in a row and is left alone for a while; no attempts are spent.",
  probing: "It failed several times in a row; one request tries whether it works again.",
  throttled: "Its rate is used up, or it asked to be left alone for a while.",
};

/** What sending does for an endpoint right now, in a word and a sentence. */
export function activityOf(
  endpoint: Endpoint,
  doing: Doing | null,
  clock: Clock,
): EndpointActivity {
  const say = (
    state: EndpointActivity["state"],
    detail: string,
    until: Millis | null = null,
  ): EndpointActivity => ({ state, until, detail, inFlight: doing?.inFlight ?? 0 });
  const { status, statusReason, locked, settings } = endpoint;
  if (status === "disabled") return say("disabled", statusReason ?? "It is disabled.");
  if (locked !== null) return say("locked", locked);
  if (status === "paused") return say("paused", statusReason ?? "It is paused.");
  if (settings.strategy === "pull") return say("pull", "The subscriber comes for its events.");
  if (doing === null)
    return say("halted", "Sending to it broke too often; resume it to try again.");
  const { closed, inFlight, ready, dueAt } = doing;
  if (closed !== null) {
    const until = closed.until === null ? null : clock.now() + (closed.until - clock.monotonic());
    return say(closed.kind, TEXT[closed.kind], until);
  }
  if (inFlight > 0 || ready > 0) return say("sending", `${inFlight} requests are under way.`);
  if (dueAt !== null) return say("waiting", "What it is owed waits for its next try.", dueAt);
  return say("idle", "Nothing is owed to it.");
}
