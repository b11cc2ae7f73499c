import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { Load } from "../../src/cli/bench/load.ts";
import { BenchRequests } from "../../src/cli/bench/requests.ts";
import type { Server } from "../../test/support/executable.ts";
import { type Rig, SECRET, within } from "./rig.ts";

export const CLIENTS = 64;
const CONNECTIONS = 1_000;
const WRITE_REQUESTS = 4_096;
const SCRIPT = resolve(import.meta.dir, "wrk.lua");
/** What may be under way beyond what a client counted as answered. */
const SLACK = 4 * CLIENTS;

/** What one stretch of full load was answered. */
export interface Stretch {
  readonly perSecond: number;
  readonly requests: number;
  /** ms */
  readonly p50: number;
  readonly p99: number;
  readonly refused: number;
  readonly broken: number;
}

/** Distinct signed requests in a file, made once and sent to both sides alike. */
export class Traffic {
  readonly #rig: Rig;
  readonly #file: string;
  readonly #length: number;
  readonly #wrk: string | null;

  /** Enough for a server of `perSecond` over `seconds`. About 1.3 KB each. */
  static async create(rig: Rig, seconds: number, perSecond: number): Promise<Traffic> {
    const requests = new BenchRequests({
      secret: SECRET,
      host: "127.0.0.1",
      connections: CONNECTIONS,
    });
    const file = join(rig.folder, "requests.bin");
    const now = Date.now();
    const length = requests.at(0, now).length;
    const chunk = new Uint8Array(WRITE_REQUESTS * length);
    const out = await open(file, "w");
    for (let first = 0; first < seconds * perSecond; first += WRITE_REQUESTS) {
      for (let each = 0; each < WRITE_REQUESTS; each++)
        chunk.set(requests.at(first + each, now), each * length);
      await out.write(chunk);
    }
    await out.close();
    return new Traffic(rig, file, length);
  }

  private constructor(rig: Rig, file: string, length: number) {
    this.#rig = rig;
    this.#file = file;
    this.#length = length;
    this.#wrk = Bun.which("wrk");
  }

  /** Who sends: to be said with the figures, because the client takes its share of the processors. */
  get client(): string {
    return this.#wrk === null ? "our own client (wrk is not installed)" : "wrk, one thread";
  }

  /** Full load by 64 connections: first a warm-up that is not counted, then `seconds` that are. */
  async run(url: string, warmUpSeconds: number, seconds: number): Promise<Stretch> {
    const warm = await this.#stretch(url, warmUpSeconds, 0);
    return this.#stretch(url, seconds, warm.requests + SLACK);
  }

  #stretch(url: string, seconds: number, first: number): Promise<Stretch> {
    const msMax = seconds * 1_000 + 10_000;
    const own = this.#wrk === null;
    return within(
      msMax,
      "a stretch of load ends",
      own ? this.#byOwn(url, seconds, first) : this.#byWrk(url, seconds, first, msMax),
    );
  }

  async #byWrk(url: string, seconds: number, first: number, msMax: number): Promise<Stretch> {
    const command = [this.#wrk ?? "wrk", "--threads", "1", "--connections", String(CLIENTS)];
    const rest = ["--duration", `${seconds}s`, "--latency", "--script", SCRIPT, url];
    const env = {
      BENCH_FILE: this.#file,
      BENCH_LENGTH: String(this.#length),
      BENCH_FIRST: String(first),
    };
    const printed = await this.#rig.run([...command, ...rest], env, msMax);
    const result = JSON.parse(/^RESULT (.*)$/m.exec(printed)?.[1] ?? "null") as
      | (Omit<Stretch, "perSecond"> & { seconds: number })
      | null;
    if (result === null) throw new Error(`wrk printed no result: ${printed}`);
    return { ...result, perSecond: result.requests / result.seconds };
  }

  async #byOwn(url: string, seconds: number, first: number): Promise<Stretch> {
    const all = Bun.mmap(this.#file);
    const many = all.length / this.#length;
    const { hostname, port } = new URL(url);
    const load = await Load.start({
      clock: systemClock,
      host: hostname,
      port: Number(port),
      clients: CLIENTS,
      firstIndex: first,
      request: (index) => {
        const at = (index % many) * this.#length;
        return all.subarray(at, at + this.#length);
      },
      acknowledged: () => {},
    });
    const tally = load.measure();
    const began = performance.now();
    await Bun.sleep(seconds * 1_000);
    const tookS = (performance.now() - began) / 1_000;
    const { acknowledged, refused } = tally;
    await load.end();
    return {
      perSecond: acknowledged / tookS,
      requests: load.sent - first,
      p50: tally.latencies.percentile(0.5),
      p99: tally.latencies.percentile(0.99),
      refused,
      broken: load.broken,
    };
  }
}

/** Sends until `events` are acknowledged, over so many connections in turn; answers how many a second. */
export async function preload(
  server: Server,
  events: number,
  connections: number,
  msMax: number,
): Promise<number> {
  const { host, hostname, port } = new URL(server.publicUrl);
  const requests = new BenchRequests({ secret: SECRET, host, connections });
  const enough = Promise.withResolvers<void>();
  let acknowledged = 0;
  const began = performance.now();
  const load = await Load.start({
    clock: systemClock,
    host: hostname,
    port: Number(port),
    clients: CLIENTS,
    request: (index) => requests.at(index, Date.now()),
    acknowledged: () => {
      acknowledged += 1;
      if (acknowledged === events) enough.resolve();
    },
  });
  try {
    await within(msMax, `${events} events are acknowledged`, enough.promise);
    return events / ((performance.now() - began) / 1_000);
  } finally {
    await load.end();
  }
}
