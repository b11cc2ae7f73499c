import { LIST_CASES } from "../providers/recovery/list-cases.ts";
import { checkTruth } from "./reconcile-checks.ts";
import { ListSim } from "./reconcile-lists.ts";
import { ReconcileSim } from "./reconcile-world.ts";

/** Plays one seed to its end and returns it; throws with the line that plays it again. */
export async function simulateReconciling(seed: number): Promise<ReconcileSim> {
  const sim = new ReconcileSim(seed);
  return replayable("finlink", seed, sim, async () => {
    await sim.live();
    checkTruth(sim);
    await sim.end();
  });
}

/** The same with a provider that lists its events, by the name of its preset. */
export async function simulateListing(name: string, seed: number): Promise<ListSim> {
  const each = LIST_CASES.find((one) => one.name === name);
  if (each === undefined) throw new Error(`${name} does not list`);
  const sim = new ListSim(each, seed);
  return replayable(name, seed, sim, async () => {
    await sim.live();
    sim.check();
  });
}

async function replayable<T extends { readonly lines: readonly string[] }>(
  what: string,
  seed: number,
  sim: T,
  live: () => Promise<void>,
): Promise<T> {
  try {
    await live();
    return sim;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const again = `bun scripts/sim.ts --what ${what} --seed ${seed} --log`;
    throw new Error(`seed ${seed}: ${detail}\nagain: ${again}`, { cause: sim.lines });
  }
}
