import { problem } from "../../base/problems.ts";
import { type EndpointId, endpointId } from "../../journal/sending.ts";
import type { EndpointOverview, Sending, SendingRefusal } from "../../outbound/sending.ts";

/** The endpoint that a path or a filter names, by its id or by its name; `null`: there is none. */
export function resolved(
  sending: Pick<Sending, "endpoint" | "named">,
  text: string,
): EndpointOverview | null {
  const direct = sending.endpoint(endpointId(text));
  if (direct !== null) return direct;
  const named: EndpointId | null = sending.named(text);
  return named === null ? null : sending.endpoint(named);
}

export const noSuchEndpoint = (): Response =>
  problem("not_found", "There is no such endpoint; GET /v1/endpoints lists them all.");

/** A refusal as an answer. What is wrong with what was given names the field. */
export function refusedSending({ code, field, detail }: SendingRefusal): Response {
  switch (code) {
    case "invalid":
      return problem("invalid_parameter", field === null ? detail : `"${field}": ${detail}`);
    case "not_found":
    case "configured":
    case "wrong_status":
    case "conflict":
      return problem(code, detail);
  }
}
