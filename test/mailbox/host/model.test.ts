import { expect, test } from "bun:test";
import { type Random, seededRandom } from "../../../src/base/random.ts";
import type { Behaviour } from "../../support/handlers/fake-hosts.ts";
import { FakePool, type Ran, verdictOf } from "../../support/handlers/fake-pool.ts";

/** What each behaviour must come to, whatever runs beside it and however often hosts die. */
const EXPECTED: Readonly<Record<Behaviour, readonly string[]>> = {
  completes: ["completed"],
  slow: ["completed"],
  throws: ["threw"],
  exits: ["host_exited"],
  blocks: ["timeout"],
  hangs: ["timeout"],
  swells: ["out_of_memory"],
  "leaves-bomb": ["completed"],
  steps: ["completed"],
  // It may have been suspected before its step was journaled, and then is alone when it exits.
  "steps-then-exits": ["completed", "host_exited"],
};

const SEEDS = 60;

/** Each seed leaves some behaviours out entirely, so that the others are seen without them. */
function drawBehaviours(random: Random): Behaviour[] {
  const all = Object.keys(EXPECTED) as Behaviour[];
  const drawn = all.filter((behaviour) => behaviour === "slow" || random.below(3) > 0);
  // Most jobs of a real team do no harm.
  return [...drawn, "completes", "slow", "slow", "completes", "slow", "completes"];
}

async function live(seed: number): Promise<{ world: FakePool; jobs: Ran[]; together: number }> {
  const random = seededRandom(seed);
  const behaviours = drawBehaviours(random);
  const world = await new FakePool(1 + random.below(3)).started();
  const jobs: Ran[] = [];
  let together = 0;
  for (let round = 0; round < 40; round++) {
    for (let count = random.below(12); count > 0; count--) {
      const behaviour = behaviours[random.below(behaviours.length)] ?? "slow";
      jobs.push(world.run(behaviour, { timeoutMs: 200 + random.below(5_000) }));
    }
    if (random.below(15) === 0)
      void world.pool.reload(`/reloaded-${round}.ts`).catch(() => undefined);
    for (let step = random.below(30); step > 0; step--) {
      await world.clock.advance(5);
      together = Math.max(
        together,
        ...jobs.map((job) => world.fakes.running(`evt_${job.position}`)),
      );
    }
  }
  for (let slice = 0; slice < 180 && jobs.some((job) => job.outcomes.length === 0); slice++) {
    await world.clock.advance(10_000);
  }
  return { world, jobs, together };
}

test("whatever jobs do to their hosts, each has one outcome, its own, and none runs twice at a time", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { world, jobs, together } = await live(seed);

    const wrong = jobs.filter(
      (job) => job.outcomes.length !== 1 || !EXPECTED[job.type].includes(verdictOf(job) ?? "none"),
    );
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
    expect({ seed, together }).toEqual({ seed, together: Math.min(together, 1) });
    expect({ seed, waiting: world.pool.health().waiting }).toEqual({ seed, waiting: 0 });
  }
}, 60_000);
