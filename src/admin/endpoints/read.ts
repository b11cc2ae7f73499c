import { problem } from "../../base/problems.ts";
import type { EndpointRules } from "../../config/endpoint.ts";
import type { Fault } from "../../config/fault.ts";
import type { Settings } from "../../config/settings.ts";

/** What the configuration lets endpoints do that are registered at run time. */
export const rulesOf = ({ network, publicUrl }: Settings): EndpointRules => ({
  allowPrivate: network.allowPrivate,
  publicUrl,
});

const FAULTS_SHOWN_MAX = 10;

/** Every fault at once, each with its place, what may be there, and the nearest right writing. */
export function faulty(faults: readonly Fault[]): Response {
  const sentences = faults.slice(0, FAULTS_SHOWN_MAX).map(sentence);
  return problem("invalid_parameter", `${sentences.join("; ")}.`);
}

function sentence({ path, message, allowed, nearest }: Fault): string {
  const place = path === "" ? "the body" : `"${path}"`;
  const known =
    allowed === "" || message.includes(allowed) ? "" : ` (allowed: ${allowed.replace(/\.$/, "")})`;
  const near = nearest === undefined ? "" : `, did you mean ${nearest}?`;
  return `${place} ${message}${known}${near}`;
}
