import { type Figure, median, ms, perSecond } from "./figure.ts";
import { countsOf, type Rig } from "./rig.ts";
import type { Stretch, Traffic } from "./traffic.ts";

export const WARM_UP_S = 2;

interface Round {
  readonly ours: Stretch;
  readonly bare: Stretch;
}

/** Both sides in turn, on a fresh server and an empty folder each time; the median of the rounds' ratios. */
export async function ingest(
  rig: Rig,
  traffic: Traffic,
  rounds: number,
  seconds: number,
): Promise<Figure[]> {
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const bare = await ingestBare(rig, traffic, seconds);
    const ours = await ingestOurs(rig, traffic, seconds);
    done.push({ ours, bare });
    console.error(
      `p1  ours ${perSecond(ours.perSecond)}, p50 ${ms(ours.p50)}, p99 ${ms(ours.p99)}  bare ${perSecond(bare.perSecond)}, p50 ${ms(bare.p50)}, p99 ${ms(bare.p99)}`,
    );
  }
  const middle = (of: (round: Round) => number): number => median(done.map(of));
  const note = `the client is ${traffic.client}; medians of ${rounds} rounds`;
  return [
    {
      id: "p1",
      what: "durable acknowledgements ÷ bare 202s",
      ours: perSecond(middle(({ ours }) => ours.perSecond)),
      other: perSecond(middle(({ bare }) => bare.perSecond)),
      value: middle(({ ours, bare }) => ours.perSecond / bare.perSecond),
      bound: { least: 0.4 },
      unit: "",
      note,
      rounds: done,
    },
    {
      id: "p2",
      what: "p99 of the acknowledgement ÷ of the bare 202",
      ours: ms(middle(({ ours }) => ours.p99)),
      other: ms(middle(({ bare }) => bare.p99)),
      value: middle(({ ours, bare }) => ours.p99 / bare.p99),
      bound: { most: 3 },
      unit: "",
      note: "",
      rounds: done,
    },
  ];
}

async function ingestBare(rig: Rig, traffic: Traffic, seconds: number): Promise<Stretch> {
  const bare = await rig.bare();
  const stretch = await traffic.run(`${bare.url}/in/bench`, WARM_UP_S, seconds);
  await bare.stop();
  return flawless(stretch);
}

/** Rejects when anything but new events was acknowledged: a duplicate costs less, and a refusal nothing. */
export async function ingestOurs(rig: Rig, traffic: Traffic, seconds: number): Promise<Stretch> {
  const server = await rig.server({ gated: false });
  await server.start();
  const stretch = await traffic.run(`${server.publicUrl}/in/bench`, WARM_UP_S, seconds);
  const { duplicates } = await countsOf(server);
  await server.remove();
  if (duplicates > 0)
    throw new Error(`the figure is void: ${duplicates} duplicates; prepare more requests`);
  return flawless(stretch);
}

function flawless(stretch: Stretch): Stretch {
  const { refused, broken } = stretch;
  if (refused + broken > 0)
    throw new Error(`the figure is void: ${refused} refused, ${broken} broken`);
  return stretch;
}
