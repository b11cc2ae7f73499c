import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../base/clock.ts";
import { benchFolder, freeBytes, syncTimes } from "./bench/disk.ts";
import { Load } from "./bench/load.ts";
import { type Findings, isWhole, report } from "./bench/report.ts";
import { BENCH_SOURCE, BenchRequests } from "./bench/requests.ts";
import { BenchServer, type Listening } from "./bench/server.ts";
import { Acknowledged, verify } from "./bench/verify.ts";
import { Client } from "./client.ts";
import type { BenchOptions } from "./deps.ts";
import { CliFailure, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { Output } from "./output.ts";

/** Before the measured time: code is compiled and files have grown, ms. */
const WARM_UP_MS = 1_000;
/** The disk is somebody's: what is free must not fall below, bytes. */
const FREE_BYTES_MIN = 2 ** 30;
const LOOK_AT_DISK_MS = 500;
const CONNECTIONS = 1_000;

/**
 * `longstop bench`: starts this program as a server on the disk in question, keeps it as busy as
 * `clients` senders can, and tells how many events a second were acknowledged. With `--verify` the server
 * is killed under full load, started again, and everything is read back. Exit 1 when something
 * acknowledged is missing or twice. Everything it made is removed, whatever happens.
 */
export async function bench(options: BenchOptions, io: Io): Promise<number> {
  const out = new Output(io, options.json);
  const on = await benchFolder(options.data, io);
  const stopped = Promise.withResolvers<null>();
  // Before there is anything to remove: an end that comes in between would leave it behind.
  const unwatch = onEnd(io, () => stopped.resolve(null));
  const folder = await mkdtemp(join(on, ".longstop-bench-")).catch((error) => {
    unwatch();
    throw error;
  });
  const server = new BenchServer(folder, io);
  try {
    const findings = await Promise.race([
      measure(options, io, out, { on, folder, server }),
      stopped.promise,
    ]);
    if (findings === null) return EXIT.INTERRUPTED;
    report(findings, out);
    return isWhole(findings) ? EXIT.OK : EXIT.FAILED;
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    out.settle();
    unwatch();
  }
}

async function measure(
  options: BenchOptions,
  io: Io,
  out: Output,
  { on, folder, server }: { on: string; folder: string; server: BenchServer },
): Promise<Findings> {
  out.progress("Timing the disk alone …");
  const sync = syncTimes(folder, io.clock);
  out.progress("Starting a server …");
  const listening = await server.start();
  const acknowledged = new Acknowledged();
  const load = await startLoad(options, io, server, listening, acknowledged);
  out.progress("Warming up …");
  await sleep(io.clock, WARM_UP_MS);
  out.progress(`Measuring for ${options.seconds} s …`);
  const tally = load.measure();
  const began = io.clock.monotonic();
  await whileThereIsRoom(folder, options.seconds, io, out);
  const seconds = Math.round((io.clock.monotonic() - began) / 100) / 10;
  load.measure();
  const broken = load.broken;
  if (!server.running) throw new CliFailure(EXIT.FAILED, "the server ended while it was measured");
  const common = { folder: on, clients: options.clients, seconds, sync, tally, broken };
  if (!options.verify) {
    await load.end();
    return { ...common, verified: null };
  }
  await server.kill();
  await load.end();
  out.progress("Killed; starting again …");
  const killed = io.clock.monotonic();
  const again = await server.start();
  const restartMs = io.clock.monotonic() - killed;
  const api = new Client(io, { url: again.adminUrl, key: server.key, urlFrom: "the measurement" });
  const verdict = await verify(api, BENCH_SOURCE, acknowledged, (found) =>
    out.progress(`Reading back: ${found} of ${acknowledged.count} …`),
  );
  return { ...common, verified: { ...verdict, acknowledged: acknowledged.count, restartMs } };
}

function startLoad(
  options: BenchOptions,
  io: Io,
  server: BenchServer,
  { host, publicPort }: Listening,
  acknowledged: Acknowledged,
): Promise<Load> {
  const requests = new BenchRequests({
    secret: server.secret,
    host: `${host}:${publicPort}`,
    connections: CONNECTIONS,
  });
  return Load.start({
    clock: io.clock,
    host,
    port: publicPort,
    clients: options.clients,
    request: (index) => requests.at(index, io.clock.now()),
    acknowledged: (index) => acknowledged.add(index),
  });
}

/** Waits out the measured time; ends early, and says so, before the disk is full. */
async function whileThereIsRoom(
  folder: string,
  seconds: number,
  io: Io,
  out: Output,
): Promise<void> {
  const deadline = io.clock.monotonic() + seconds * 1_000;
  for (let left = seconds * 1_000; left > 0; left = deadline - io.clock.monotonic()) {
    if ((await freeBytes(folder)) < FREE_BYTES_MIN)
      return out.note("Ended early: less than 1 GiB is free on this disk.");
    await sleep(io.clock, Math.min(left, LOOK_AT_DISK_MS));
  }
}

/** Ended from outside it still ends its server and removes its files. */
function onEnd(io: Io, fire: () => void): () => void {
  const signals = ["SIGTERM", "SIGHUP"] as const;
  const unwatch = io.onInterrupt(fire);
  for (const signal of signals) process.on(signal, fire);
  return () => {
    unwatch();
    for (const signal of signals) process.off(signal, fire);
  };
}
