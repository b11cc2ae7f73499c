import type { SourceSettings } from "../../src/config/settings.ts";
import { presetByName } from "../../src/providers/index.ts";
import { testDeps } from "../support/network.ts";
import { sourceSettings } from "../support/settings.ts";
import { SimClock } from "../support/sim-clock.ts";
import { Network, type Question } from "./network.ts";
import { AT, inbound } from "./requests.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** A provider that has to ask for its keys, and the network that it asks. */
export function world(
  provider: string,
  given: Partial<SourceSettings>,
  answer: (question: Question) => Response | Error,
) {
  const network = new Network(answer);
  const clock = new SimClock(AT);
  const source = sourceSettings({ provider, verify: null, ...given });
  const opened = presetByName(provider)?.open(source, testDeps(network.fetch, clock));
  const ask = async (headers: Record<string, string>, body: string | Uint8Array, at = AT) => {
    const request = inbound({ headers: { ...JSON_TYPE, ...headers }, body, at });
    const result = await opened?.verify(request);
    if (result?.ok) return result.value.scheme;
    return result?.error.code;
  };
  const keys = (headers: Record<string, string>, body: string) => {
    const split = opened?.split(inbound({ headers: { ...JSON_TYPE, ...headers }, body }));
    return split?.ok ? split.value.map(({ dedupeKey }) => dedupeKey) : [];
  };
  return { network, clock, ask, keys };
}
