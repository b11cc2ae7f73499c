import type { Fault } from "../../src/config/fault.ts";
import { type Checked, toSettings } from "../../src/config/schema.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { PresetNeeds } from "../../src/config/source.ts";

const NEEDS: PresetNeeds["needs"] = {
  secrets: "required",
  publicKey: "unused",
  verifyToken: "unused",
  credentials: "unused",
  apiKey: "optional",
  verify: "unused",
  event: "optional",
};

/** A small table of presets, so that validation is tested apart from the real ones. */
export const PRESETS: readonly PresetNeeds[] = [
  {
    name: "stripe",
    needs: NEEDS,
    bodyBytesMax: null,
    recovery: ({ apiKey }) => ({
      kind: "list",
      overlapMs: 90_000,
      perSecond: 20,
      lacks: apiKey === null ? "give apiKey" : null,
    }),
  },
  { name: "github", needs: NEEDS, bodyBytesMax: 25 * 2 ** 20 },
  {
    name: "fetching",
    needs: NEEDS,
    bodyBytesMax: null,
    fetchesKeys: true,
  },
  {
    name: "custom",
    needs: { ...NEEDS, secrets: "optional", verify: "required" },
    bodyBytesMax: null,
  },
];

const CONFIG_PATH = "/srv/hooks/longstop.config.ts";

export function check(
  raw: unknown,
  environment: Record<string, string> = {},
  missing: readonly string[] = [],
) {
  return toSettings(raw, { configPath: CONFIG_PATH, presets: PRESETS, missing, environment });
}

export function accepted(raw: unknown, environment: Record<string, string> = {}): Checked {
  const result = check(raw, environment);
  if (!result.ok) throw new Error(JSON.stringify(result.error, null, 1));
  return result.value;
}

export function faultsOf(raw: unknown): readonly Fault[] {
  const result = check(raw);
  return result.ok ? [] : result.error;
}

/** The settings of one custom source, over a valid one. */
export function acceptedSource(over: Record<string, unknown>): SourceSettings {
  const source = { provider: "custom", verify: "none", ...over };
  const settings = accepted({ sources: { crm: source } }).settings.sources["crm"];
  if (settings === undefined) throw new Error("no source");
  return settings;
}

/** The only fault of one custom source, its path without `sources.crm.`. */
export function sourceFault(over: Record<string, unknown>): Fault {
  const faults = faultsOf({ sources: { crm: { provider: "custom", verify: "none", ...over } } });
  const fault = faults[0];
  if (fault === undefined || faults.length > 1)
    throw new Error(`not one fault: ${JSON.stringify(faults)}`);
  return { ...fault, path: fault.path.replace("sources.crm.", "") };
}
