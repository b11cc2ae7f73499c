/**
 * Hostile input for the public listener: real requests, mutated, on raw sockets.
 * `bun scripts/soak.ts [--requests 100000] [--seed 1] [--senders 24]`
 *
 * Checks that every answer is one of the documented ones (no 5xx but 503), that correct requests in
 * between are taken, that memory does not grow, and that the log has no error. Exit code 1 otherwise.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/base/random.ts";
import { Server } from "../test/support/executable.ts";
import { githubPostings, SECRETS, shopPostings, stripePostings } from "./demo-run/postings.ts";
import { MUTATIONS } from "./soak-run/mutations.ts";
import { draftOf } from "./soak-run/requests.ts";
import { exchange } from "./soak-run/wire.ts";

export interface SoakReport {
  /** Requests by answer: the status, or `closed`. */
  readonly answers: ReadonlyMap<string, number>;
  /** Resident memory of the server's process in MiB, at even distances over the run. */
  readonly memoryMiB: readonly number[];
  readonly faults: readonly string[];
}

const SAMPLES = 40;
/** What the process holds at most while 24 senders make it inflate bombs. */
const MEMORY_MIB_MAX = 1024;
/** Of the least that each half of the run came down to: growth above this is a leak. */
const GROWTH_MIB_MAX = 64;
/** In a shorter run memory is still filling up to its ordinary level: nothing can be said of growth. */
const WARM_REQUESTS = 20_000;
const ANSWERS = new Set([
  200, 202, 204, 400, 401, 404, 405, 408, 411, 413, 414, 415, 417, 422, 429, 431, 503, 505,
]);

/** Sends `requests` mutated requests with so many senders at once to a server on `examples/demo`. */
export async function soak(
  requests: number,
  seed: number,
  senders: number,
  progress: (done: number) => void = () => {},
): Promise<SoakReport> {
  const random = seededRandom(seed);
  const postings = [
    ...(await githubPostings(random)).slice(0, 150),
    ...stripePostings(random, 50),
    ...shopPostings(random, 10, 10),
  ];
  const config = { path: join(resolve(import.meta.dir, ".."), "examples/demo/longstop.config.ts") };
  const server = await Server.create({ config, env: { ...SECRETS, LONGSTOP_LOG: "warn" } });
  const answers = new Map<string, number>();
  const faults: string[] = [];
  const memory: number[] = [];
  let next = 0;
  const wire = { host: "127.0.0.1", port: Number(new URL(server.publicUrl).port) };
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests && faults.length < 20; index = next++) {
      const own = seededRandom(seed * 1_000_003 + index);
      const posting = postings[own.below(postings.length)];
      // The first kind is the request as it is: more often than the others, so that good ones stand between bad ones.
      const mutation = MUTATIONS[own.below(8) === 0 ? 0 : own.below(MUTATIONS.length)];
      if (posting === undefined || mutation === undefined) continue;
      const answer = await exchange(wire, mutation.make(await draftOf(posting), own));
      const status = "closed" in answer ? "closed" : String(answer.status);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      const fault = judge(mutation.name, "closed" in answer ? null : answer.status);
      if (fault !== null)
        faults.push(`request ${index} (${posting.source}, ${mutation.name}): ${fault}`);
      if (index % Math.ceil(requests / SAMPLES) === 0) memory.push(await residentMiB(server.pid));
      progress(index);
    }
  };
  try {
    await server.start();
    await Promise.all(Array.from({ length: senders }, work));
    faults.push(...(await aftermath(server)), ...memoryFaults(memory, requests));
    return { answers, memoryMiB: memory, faults };
  } finally {
    await server.remove();
  }
}

function judge(mutation: string, status: number | null): string | null {
  if (mutation === "as it is")
    return status === 202 || status === 503 ? null : `a correct request was answered ${status}`;
  if (status === null) return null;
  // 505 is the answer of the runtime itself to a damaged HTTP version: no code of ours has run.
  if (status >= 500 && status !== 503 && status !== 505) return `answered ${status}`;
  return ANSWERS.has(status) ? null : `answered ${status}, which is not documented`;
}

/** Memory goes up and down with the collector: what counts is the floor it comes back to. */
function memoryFaults(samples: readonly number[], requests: number): string[] {
  const half = samples.length >> 1;
  const [early, late] = [samples.slice(half >> 1, half), samples.slice(half)].map((part) =>
    Math.min(...part),
  );
  const peak = Math.max(...samples);
  const warm = requests >= WARM_REQUESTS;
  return [
    ...(peak > MEMORY_MIB_MAX ? [`memory reached ${peak} MiB`] : []),
    ...(warm && (late ?? 0) - (early ?? 0) > GROWTH_MIB_MAX
      ? [`memory grew: it came down to ${early} MiB, and later to ${late} MiB only`]
      : []),
  ];
}

async function aftermath(server: Server): Promise<string[]> {
  if (!server.running)
    return ["the server has ended", ...(await server.logs()).split("\n").slice(-20)];
  const faults: string[] = [];
  const health = await fetch(`${server.publicUrl}/healthz`).then((answer) => answer.status, String);
  if (health !== 200) faults.push(`/healthz was answered ${health}`);
  const errors = (await server.logs())
    .split("\n")
    .filter((line) => /"level":"error"|unhandled|uncaught|^\s+at /i.test(line));
  faults.push(...errors.slice(0, 5).map((line) => `in the log: ${line}`));
  if ((await server.stop()) !== 0) faults.push("the server did not end with 0");
  return faults;
}

/** Of the server's own process; 0 where the system does not say. */
async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      requests: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      senders: { type: "string", default: "24" },
    },
  });
  const began = performance.now();
  const report = await soak(
    Number(values.requests),
    Number(values.seed),
    Number(values.senders),
    (done) => {
      if (done > 0 && done % 10_000 === 0)
        console.log(`${done} requests, ${Math.round((performance.now() - began) / 1000)} s`);
    },
  );
  for (const [status, count] of [...report.answers].sort())
    console.log(`${status.padEnd(8)}${count}`);
  console.log(`memory  ${report.memoryMiB.join(" ")} MiB`);
  for (const fault of report.faults) console.log(`wrong: ${fault}`);
  console.log(
    report.faults.length === 0
      ? "nothing wrong"
      : `${report.faults.length} faults (--seed ${values.seed})`,
  );
  process.exitCode = report.faults.length === 0 ? 0 : 1;
}
