import type { SourceSettings } from "../../src/config/settings.ts";
import type { EventFact } from "../../src/journal/facts.ts";
import { presetByName } from "../../src/providers/index.ts";
import type { Inbound, Provider, Sample } from "../../src/providers/provider.ts";
import { testDeps } from "../support/network.ts";
import { sourceSettings } from "../support/settings.ts";
import { AT } from "./requests.ts";

export const SECRET = "a-secret-of-thirty-two-characters";

function presetOf(provider: string) {
  const preset = presetByName(provider);
  if (preset === undefined) throw new Error(`no preset ${provider}`);
  return preset;
}

/** A provider with one secret, unless told otherwise. */
export const opened = (provider: string, given: Partial<SourceSettings> = {}): Provider =>
  presetOf(provider).open(sourceOf(provider, given), testDeps());

const sourceOf = (provider: string, given: Partial<SourceSettings>): SourceSettings =>
  sourceSettings({ provider, verify: null, secrets: [SECRET], ...given });

export function sampleOf(
  provider: string,
  type = presetOf(provider).sampleTypes[0] ?? "",
  given: Partial<SourceSettings> = {},
  url = "https://hooks.example.com/in/shop",
): Sample {
  const made = presetOf(provider).sample(type, AT, "id1", sourceOf(provider, given), url);
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

export async function verdict(provider: Provider, request: Inbound): Promise<string> {
  const result = await provider.verify(request);
  return result.ok ? "ok" : result.error.code;
}

export function split(provider: Provider, request: Inbound): readonly EventFact[] {
  const events = provider.split(request);
  if (!events.ok) throw new Error(events.error.detail);
  return events.value;
}

/** The only event of a request. */
export function only(provider: Provider, request: Inbound): EventFact {
  const [event, ...others] = split(provider, request);
  if (event === undefined || others.length > 0) throw new Error(`${others.length + 1} events`);
  return event;
}

export const text = (sample: Sample): string => Buffer.from(sample.body).toString();
