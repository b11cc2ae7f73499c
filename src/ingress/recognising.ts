import type { SourceSettings } from "../config/settings.ts";
import type { Preset, Provider, ProviderDeps } from "../providers/provider.ts";
import { recognise } from "../providers/recognise.ts";

/**
 * A source that nobody configured, in development: unverified like `plain`, but what looks like a known
 * provider's is split and named as that provider's. `noticed` is told each time.
 */
export function recognising(
  plain: Provider,
  settings: SourceSettings,
  deps: ProviderDeps,
  noticed: (preset: Preset) => void,
): Provider {
  const opened = new Map<string, Provider>();
  const openAs = (preset: Preset): Provider => {
    const known = opened.get(preset.name) ?? preset.open(configuredAs(settings, preset), deps);
    opened.set(preset.name, known);
    return known;
  };
  return {
    ...plain,
    split: (inbound) => {
      const preset = recognise(inbound);
      if (preset === null) return plain.split(inbound);
      noticed(preset);
      const events = openAs(preset).split(inbound);
      // It only looks like it.
      return events.ok ? events : plain.split(inbound);
    },
  };
}

/** Without pointers of its own, so that the preset's names count, and without anything to verify with. */
const configuredAs = (settings: SourceSettings, preset: Preset): SourceSettings => ({
  ...settings,
  provider: preset.name,
  event: null,
  verify: preset.needs.verify === "required" ? settings.verify : null,
});
