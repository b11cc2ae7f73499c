import { runConfigChild } from "../../src/config/child.ts";
import { PRESETS } from "./config-presets.ts";

/** Stands for the executable's hidden command: `bun config-entry.ts <path>`. */
await runConfigChild(process.argv.slice(2), PRESETS);
