import type { Server } from "../../test/support/executable.ts";
import { count, type Figure, median, perSecond } from "./figure.ts";
import { ingestOurs } from "./ingest.ts";
import { countsOf, openGate, type Rig, within } from "./rig.ts";
import { preload, type Traffic } from "./traffic.ts";

const CONNECTIONS = 10_000;
const LOOK_EVERY_MS = 50;
const PRELOAD_MS_MAX = 120_000;
const SETTLE_MS_MAX = 180_000;

interface Round {
  readonly settling: number;
  readonly ingest: number;
}

/** How fast a backlog is worked off by a handler that does nothing, against how fast it can come in. */
export async function backlog(
  rig: Rig,
  traffic: Traffic,
  rounds: number,
  seconds: number,
  events: number,
): Promise<Figure> {
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const ingest = (await ingestOurs(rig, traffic, seconds)).perSecond;
    const server = await rig.server({ gated: true });
    await server.start();
    await preload(server, events, CONNECTIONS, PRELOAD_MS_MAX);
    const settling = await settle(server, SETTLE_MS_MAX);
    await server.remove();
    done.push({ settling, ingest });
    console.error(`p4  settling ${perSecond(settling)}  receiving ${perSecond(ingest)}`);
  }
  return {
    id: "p4",
    what: "settling a backlog ÷ P1's rate",
    ours: perSecond(median(done.map(({ settling }) => settling))),
    other: `${perSecond(median(done.map(({ ingest }) => ingest)))} received`,
    value: median(done.map(({ settling, ingest }) => settling / ingest)),
    bound: { least: 1 },
    unit: "",
    note: `${count(events)} events over ${count(CONNECTIONS)} connections, from letting the waiting handlers go until the API shows the last as completed`,
    rounds: done,
  };
}

/** Opens the gate and waits until nothing is pending; answers how many events a second that were. */
export async function settle(server: Server, msMax: number): Promise<number> {
  const before = await countsOf(server);
  const began = performance.now();
  await openGate(server);
  const settled = (async () => {
    for (;;) {
      const counts = await countsOf(server);
      const tookS = (performance.now() - began) / 1_000;
      if (counts.pending === 0) return (counts.completed - before.completed) / tookS;
      await Bun.sleep(LOOK_EVERY_MS);
    }
  })();
  return within(msMax, "the backlog is settled", settled);
}
