import { parseArgs } from "node:util";
import { simulate } from "../test/sim/simulate.ts";
import { MemoryStore } from "../test/sim/store.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    actions: { type: "string", default: "60" },
    log: { type: "boolean", default: false },
  },
});

const first = Number(values.seed);
let failed = 0;
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  try {
    const lines = await simulate(seed, new MemoryStore(), Number(values.actions));
    if (values.log) console.log(lines.join("\n"));
  } catch (error) {
    failed++;
    if (values.log && error instanceof Error && Array.isArray(error.cause))
      console.log(error.cause.join("\n"));
    console.error(error instanceof Error ? error.message : error);
  }
}
console.log(`${values.seeds} seeds from ${first}, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
