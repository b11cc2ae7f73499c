import { systemClock } from "../../src/base/clock.ts";
import { Load } from "../../src/cli/bench/load.ts";
import { BenchRequests } from "../../src/cli/bench/requests.ts";
import type { Server } from "../../test/support/executable.ts";
import { settle } from "./backlog.ts";
import { count, type Figure, mb, median, ms, perSecond } from "./figure.ts";
import { countsOf, type Rig, residentBytes, SECRET, within } from "./rig.ts";
import { preload } from "./traffic.ts";

const STARTS = 3;
const PRELOAD_MS_MAX = 600_000;
const SETTLE_MS_MAX = 600_000;
const START_MS_MAX = 60_000;
const CALM_MS = 5_000;
const LOOK_EVERY_MS = 100;
const KNOCK_EVERY_MS = 2;
/** Events sent after the backlog have numbers from here on, so that they are none of its own. */
const LATE_INDEX = 5_000_000_000;

/** A million (or `events`) waiting events: what they cost in memory, and how soon a killed server is back. */
export async function pending(rig: Rig, events: number): Promise<Figure[]> {
  const connections = Math.ceil(events / 10);
  const server = await rig.server({ gated: true });
  await server.start();
  const rate = await preload(server, events, connections, PRELOAD_MS_MAX);
  const waiting = (await countsOf(server)).pending;
  console.error(`p5  ${count(waiting)} events are pending, received at ${perSecond(rate)}`);
  const received = await highest(server);
  console.error(`p5  ${mb(received.own)} after receiving them, hosts ${mb(received.hosts)}`);
  const starts: number[] = [];
  const empty: number[] = [];
  let restarted = received;
  for (let start = 0; start < STARTS; start++) {
    empty.push(await startEmpty(rig));
    await server.kill();
    starts.push(await firstAcknowledgementMs(server, LATE_INDEX + start));
    restarted = await highest(server);
    console.error(
      `p6  first acknowledgement after ${ms(starts[start] ?? 0)} (empty: ${ms(empty[start] ?? 0)}); then ${mb(restarted.own)}, hosts ${mb(restarted.hosts)}`,
    );
  }
  const settling = await settle(server, SETTLE_MS_MAX);
  console.error(`p5  then settled at ${perSecond(settling)}`);
  await server.remove();
  const backlog = `${count(waiting)} events pending over ${count(connections)} connections`;
  return [
    {
      id: "p5",
      what: "resident memory with a backlog",
      ours: `${mb(received.own)}, restarted ${mb(restarted.own)}`,
      other: `hosts ${mb(received.hosts)}, restarted ${mb(restarted.hosts)}`,
      value: Math.max(received.own, restarted.own) / 1e6,
      bound: { most: 400 },
      unit: " MB",
      note: `${backlog}; the highest within ${CALM_MS / 1_000} s, of the process with all its threads; handler hosts apart`,
      rounds: [{ waiting, connections, received, restarted, settling }],
    },
    {
      id: "p6",
      what: "kill -9, start, first acknowledgement",
      ours: ms(median(starts)),
      other: `${ms(median(empty))} when empty`,
      value: median(starts),
      bound: { most: 1_000 },
      unit: " ms",
      note: backlog,
      rounds: starts.map((start, index) => ({ start, empty: empty[index] })),
    },
  ];
}

/** The most that was resident at any time of a few seconds: a moment's figure depends on the collector. */
async function highest(server: Server): Promise<{ own: number; hosts: number }> {
  const most = { own: 0, hosts: 0 };
  for (let waited = 0; waited < CALM_MS; waited += LOOK_EVERY_MS) {
    const { own, hosts } = await residentBytes(server);
    most.own = Math.max(most.own, own);
    most.hosts = Math.max(most.hosts, hosts);
    await Bun.sleep(LOOK_EVERY_MS);
  }
  return most;
}

async function startEmpty(rig: Rig): Promise<number> {
  const server = await rig.server({ gated: true });
  try {
    return await firstAcknowledgementMs(server, LATE_INDEX);
  } finally {
    await server.remove();
  }
}

/** From the fork to the first 202, by a sender that knocks until somebody opens. */
function firstAcknowledgementMs(server: Server, index: number): Promise<number> {
  const { host, hostname, port } = new URL(server.publicUrl);
  const requests = new BenchRequests({ secret: SECRET, host, connections: 1 });
  const knocking = (async () => {
    const began = performance.now();
    await server.spawn();
    for (;;) {
      const answered = Promise.withResolvers<number>();
      const load = await Load.start({
        clock: systemClock,
        host: hostname,
        port: Number(port),
        clients: 1,
        firstIndex: index,
        request: (own) => requests.at(own, Date.now()),
        acknowledged: () => answered.resolve(performance.now() - began),
      }).catch(() => null); // Nobody listens yet.
      if (load !== null) {
        const took = await answered.promise;
        await load.end();
        return took;
      }
      await Bun.sleep(KNOCK_EVERY_MS);
    }
  })();
  return within(START_MS_MAX, "a restarted server acknowledges", knocking);
}
