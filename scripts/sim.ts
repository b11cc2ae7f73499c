import { parseArgs } from "node:util";
import { InlineStore } from "../test/sim/inline-store.ts";
import { simulateListing, simulateReconciling } from "../test/sim/reconcile-simulate.ts";
import { simulate } from "../test/sim/simulate.ts";
import { MemoryStore } from "../test/sim/store.ts";
import type { SimClock } from "../test/support/sim-clock.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    actions: { type: "string", default: "60" },
    log: { type: "boolean", default: false },
    /** `mailbox`, or a provider that is asked for what never came: `finlink`, `stripe`, … */
    what: { type: "string", default: "mailbox" },
    /** On the real log and its projection instead of the model in memory. */
    real: { type: "boolean", default: false },
  },
});

const open = (clock: SimClock) => (values.real ? new InlineStore(clock) : new MemoryStore());
const play = async (seed: number): Promise<readonly string[]> =>
  values.what === "mailbox"
    ? simulate(seed, open, Number(values.actions))
    : values.what === "finlink"
      ? (await simulateReconciling(seed)).lines
      : (await simulateListing(values.what, seed)).lines;
const first = Number(values.seed);
let failed = 0;
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  try {
    const lines = await play(seed);
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
