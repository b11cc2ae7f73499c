import type { Recognised } from "../admin/deps.ts";
import { presetTemplate } from "../config/init-texts.ts";
import type { Preset } from "../providers/provider.ts";

/** What is said of a source that was recognised, with the configuration that `init` would write for it. */
export function guessOf(preset: Preset | null, name: string): Recognised | null {
  if (preset === null) return null;
  const { config } = presetTemplate(preset, name);
  return { provider: preset.name, title: preset.title, config };
}
