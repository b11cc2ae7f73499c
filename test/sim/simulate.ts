import type { Store } from "./store.ts";
import { SimWorld } from "./world.ts";

const ACTIONS = 60;

/** Lives one seed through and returns its log; throws with the line that lives it again. */
export async function simulate(
  seed: number,
  store: Store,
  actions = ACTIONS,
): Promise<readonly string[]> {
  const world = new SimWorld(seed, store);
  try {
    await world.live(actions);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${detail}\nagain: bun scripts/sim.ts --seed ${seed} --log`, {
      cause: world.lines,
    });
  }
  return world.lines;
}
