import { custom } from "./custom.ts";
import { github } from "./github.ts";
import type { Preset } from "./provider.ts";
import { standardWebhooks } from "./standard-webhooks.ts";
import { stripe } from "./stripe.ts";

/** Every sender that is known by name. A new one is a file beside this one and a line here. */
export const presets: readonly Preset[] = [custom, github, standardWebhooks, stripe];

const BY_NAME = new Map(presets.map((preset) => [preset.name, preset]));

export const presetByName = (name: string): Preset | undefined => BY_NAME.get(name);
