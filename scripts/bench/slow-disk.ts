import { join, resolve } from "node:path";
import { Latencies } from "../../src/cli/bench/latencies.ts";
import { type Figure, median, ms, perSecond } from "./figure.ts";
import { WARM_UP_S } from "./ingest.ts";
import type { Rig } from "./rig.ts";
import type { Stretch, Traffic } from "./traffic.ts";

const DELAY_US = 5_000;
const ASK_EVERY_MS = 2;
const SOURCE = resolve(import.meta.dir, "slow-sync.c");
const BUILD_MS_MAX = 30_000;

interface Round {
  readonly load: Stretch;
  readonly health: { readonly asked: number; readonly p50: number; readonly p99: number };
}

/**
 * Whether the loop that answers waits for the disk: `/healthz` asked every 2 ms while 64 clients send,
 * on a disk whose every sync is delayed by 5 ms, and for comparison on the disk as it is.
 */
export async function slowDisk(
  rig: Rig,
  traffic: Traffic,
  rounds: number,
  seconds: number,
): Promise<Figure> {
  const slowed = await slowedEnv(rig);
  const empty = {
    id: "p3" as const,
    what: `/healthz p99 under load, each sync ${DELAY_US / 1_000} ms slower`,
    bound: { most: 10 },
    unit: " ms",
  };
  if (typeof slowed === "string")
    return { ...empty, ours: "", other: "", value: null, note: slowed, rounds: [] };
  const done: { slow: Round; usual: Round }[] = [];
  for (let round = 0; round < rounds; round++) {
    const usual = await asked(rig, traffic, seconds, {});
    const slow = await asked(rig, traffic, seconds, slowed);
    done.push({ slow, usual });
    console.error(
      `p3  slow disk ${perSecond(slow.load.perSecond)}, /healthz p99 ${ms(slow.health.p99)}  usual disk ${perSecond(usual.load.perSecond)}, /healthz p99 ${ms(usual.health.p99)}`,
    );
  }
  const p99 = median(done.map(({ slow }) => slow.health.p99));
  const usual = median(done.map(({ usual }) => usual.health.p99));
  const rate = median(done.map(({ slow }) => slow.load.perSecond));
  return {
    ...empty,
    ours: ms(p99),
    other: `${ms(usual)} on the disk as it is`,
    value: p99,
    note: `syncs are delayed inside the server's process (LD_PRELOAD); it acknowledged ${perSecond(rate)} meanwhile`,
    rounds: done,
  };
}

/** What to set for a server so that its syncs are slow; a sentence where that cannot be had. */
async function slowedEnv(rig: Rig): Promise<Record<string, string> | string> {
  if (process.platform !== "linux") return "syncs can be delayed on Linux only";
  const compiler = Bun.which("gcc") ?? Bun.which("cc") ?? Bun.which("clang");
  if (compiler === null) return "no C compiler is installed to build what delays syncs";
  const library = join(rig.folder, "slow-sync.so");
  await rig.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE], {}, BUILD_MS_MAX);
  return { LD_PRELOAD: library, SLOW_SYNC_US: String(DELAY_US) };
}

async function asked(
  rig: Rig,
  traffic: Traffic,
  seconds: number,
  env: Readonly<Record<string, string>>,
): Promise<Round> {
  const server = await rig.server({ gated: false, env });
  await server.start();
  const url = `${server.publicUrl}/in/bench`;
  const health = new Latencies();
  let asking = false;
  let ended = false;
  const asker = (async () => {
    while (!ended) {
      if (asking) health.add(await timed(`${server.publicUrl}/healthz`));
      await Bun.sleep(ASK_EVERY_MS);
    }
  })();
  const begin = setTimeout(() => {
    asking = true;
  }, WARM_UP_S * 1_000);
  const load = await traffic.run(url, WARM_UP_S, seconds).finally(() => {
    ended = true;
    clearTimeout(begin);
  });
  await asker;
  await server.remove();
  if (load.refused + load.broken > 0)
    throw new Error(`the figure is void: ${load.refused} refused, ${load.broken} broken`);
  return {
    load,
    health: {
      asked: health.count,
      p50: health.percentile(0.5),
      p99: health.percentile(0.99),
    },
  };
}

async function timed(url: string): Promise<number> {
  const began = performance.now();
  await (await fetch(url)).text();
  return performance.now() - began;
}
