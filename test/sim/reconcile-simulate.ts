import { checkTruth } from "./reconcile-checks.ts";
import { ReconcileSim } from "./reconcile-world.ts";

/** Plays one seed to its end and returns its log; throws with the line that plays it again. */
export async function simulateReconciling(seed: number): Promise<ReconcileSim> {
  const sim = new ReconcileSim(seed);
  try {
    await sim.live();
    checkTruth(sim);
    await sim.end();
    return sim;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(
      `seed ${seed}: ${detail}\nagain: bun scripts/sim.ts --what reconcile --seed ${seed} --log`,
      {
        cause: sim.lines,
      },
    );
  }
}
