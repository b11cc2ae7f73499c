import { expect, test } from "bun:test";
import { SendingWorld } from "./sending-world.ts";

/** More with `LONGSTOP_SIM_SEEDS`; a failure names its seed. */
const SEEDS = Number(process.env["LONGSTOP_SIM_SEEDS"] ?? 30);
const ACTIONS = 60;

async function lived(seed: number): Promise<SendingWorld> {
  const world = new SendingWorld(seed);
  try {
    await world.live(ACTIONS);
  } catch (error) {
    const tail = world.lines.slice(-20).join("\n");
    throw new Error(`seed ${seed}: ${String(error)}\n${tail}`, { cause: error });
  }
  return world;
}

test("whatever subscribers and the process do, everything is sent at least once, in order where asked, and nothing after it is delivered", async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await lived(seed);
}, 60_000);

test("two lives of one seed are the same to the line", async () => {
  const [one, two] = [await lived(7), await lived(7)];
  expect(one.lines).toEqual(two.lines);
  expect(one.lines.length).toBeGreaterThan(ACTIONS);
});
