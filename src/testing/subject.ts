import { LIMITS } from "../base/limits.ts";
import { Fields } from "../config/check.ts";
import { type Fault, formatFaults } from "../config/fault.ts";
import { Place } from "../config/place.ts";
import type { EventSettings, SourceSettings } from "../config/settings.ts";
import { eventPointers, handling, SOURCE_KEYS } from "../config/source.ts";
import type { SourceConfig } from "../config/types/config.ts";
import type { OnEvent } from "../config/types/handler.ts";
import type { Receiver } from "../config/types/testing.ts";

/** What a test delivers to, as the process would see it. */
export interface Subject {
  readonly onEvent: OnEvent | null;
  readonly schemas: SourceConfig["schemas"];
  readonly settings: SourceSettings;
}

/** The name that a source bears in tests: its own stands in the configuration around it. */
const NAME = "test";

/**
 * A source of the configuration, or a handler alone, with every default filled in. Its secrets are not
 * looked at, so that tests need none. Throws a `TypeError` that lists what is wrong with the rest.
 */
export function subjectOf(receiver: Receiver): Subject {
  const config: SourceConfig =
    typeof receiver === "function"
      ? { provider: "custom", onEvent: receiver as OnEvent }
      : sourceIn(receiver);
  const settings = settingsOf(config, config.provider);
  return { onEvent: config.onEvent ?? null, schemas: config.schemas, settings };
}

/** The settings of a source in which only what concerns events and handlers counts. */
export function settingsOf(config: SourceConfig, provider: string): SourceSettings {
  const faults: Fault[] = [];
  const fields = new Fields(config, new Place(faults, []), SOURCE_KEYS);
  const event: EventSettings | null = fields.read("event", eventPointers, null);
  const handled = handling(fields);
  if (faults.length > 0) throw new TypeError(`The source is faulty.\n${formatFaults(faults)}`);
  return {
    name: NAME,
    provider,
    secrets: [],
    publicKey: null,
    verifyToken: null,
    credentials: null,
    apiKey: null,
    baseUrl: null,
    whenUnavailable: "reject",
    verify: { scheme: "none" },
    event,
    ...handled,
    rateLimit: null,
    bodyBytesMax: LIMITS.BODY_BYTES_MAX,
    reconcile: null,
  };
}

function sourceIn(receiver: unknown): SourceConfig {
  const isSource =
    typeof receiver === "object" &&
    receiver !== null &&
    typeof Reflect.get(receiver, "provider") === "string";
  if (isSource) return receiver as SourceConfig;
  throw new TypeError(
    "Events are delivered to a source of the configuration (`config.sources.payments`) or to a handler.",
  );
}
