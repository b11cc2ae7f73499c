import type { SimClock } from "../support/sim-clock.ts";
import type { Store } from "./store.ts";
import { SimWorld } from "./world.ts";

const ACTIONS = 60;

/** Lives one seed through and returns its log; throws with the line that lives it again. */
export async function simulate(
  seed: number,
  open: (clock: SimClock) => Store,
  actions = ACTIONS,
): Promise<readonly string[]> {
  const world = new SimWorld(seed, open);
  try {
    await world.live(actions);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(
      `seed ${seed}: ${detail}\nagain: bun scripts/sim.ts --seed ${seed} --log (--real)`,
      {
        cause: world.lines,
      },
    );
  }
  return world.lines;
}
