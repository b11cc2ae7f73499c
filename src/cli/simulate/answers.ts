import { type Clock, sleep } from "../../base/clock.ts";
import type { FaultKind } from "./faults.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const answer = (status: number, value: unknown): Answer => ({
  status,
  headers: {},
  body: JSON.stringify(value),
});

/** The statuses and their words: https://docs.vumi.io/developer-resources/api-and-widget-errors. The body's form is not documented. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: "The request returned an error, typically due to missing or incorrect information.",
  401: "Credentials are missing or invalid.",
  403: "You are not allowed to perform the requested action.",
  404: "The resource you are trying to access could not be found.",
  429: "Too many requests.",
  500: "An uncontrolled error has occurred.",
  503: "Service unavailable.",
};

export const refusal = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  ...answer(status, { message: MESSAGES[status] ?? "" }),
  headers,
});

/** A call that gets no answer is held so long, unless the caller gives up before: longer than most do. */
export const SILENCE_MS = 120_000;

/** `ended`: the caller has given up, or faults are over. */
export async function faultAnswer(
  fault: FaultKind,
  ended: AbortSignal,
  clock: Clock,
): Promise<Answer> {
  if (fault === "error") return refusal(500);
  if (fault === "limit") return refusal(429, { "retry-after": "1" });
  if (fault === "silence") await sleep(clock, SILENCE_MS, ended);
  return refusal(503);
}
