/**
 * The figures: `bun scripts/bench.ts [--only p1,p4] [--rounds 3] [--seconds 5] [--pending 1000000] [--json]`.
 *
 * Everything is a ratio of two sides measured in one run on one machine, in turns, each time with fresh
 * processes and an empty folder; or a bound that holds on any machine. Figures are not tests: the exit code
 * is 1 only when something could not be measured that should have been. Progress goes to stderr.
 */
import { arch, cpus, platform, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { executable } from "../test/support/executable.ts";
import { backlog } from "./bench/backlog.ts";
import { fanOut } from "./bench/fan-out.ts";
import { FIGURES, type Figure, type FigureId, isMet, printTable } from "./bench/figure.ts";
import { ingest, WARM_UP_S } from "./bench/ingest.ts";
import { pending } from "./bench/pending.ts";
import { Rig } from "./bench/rig.ts";
import { sending } from "./bench/sending.ts";
import { slowDisk } from "./bench/slow-disk.ts";
import { Traffic } from "./bench/traffic.ts";

/** Requests prepared for each second of a stretch: more than any server of ours takes. */
const PREPARED_PER_SECOND = 70_000;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: FIGURES.join(",") },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    backlog: { type: "string", default: "100000" },
    pending: { type: "string", default: "1000000" },
    json: { type: "boolean", default: false },
  },
});

const wanted = new Set(values.only.toLowerCase().split(","));
const strange = [...wanted].filter((id) => !FIGURES.includes(id as FigureId));
if (strange.length > 0) {
  console.error(`--only ${strange.join(",")} is none of ${FIGURES.join(", ")}`);
  process.exitCode = 2;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const rig = await Rig.create();
  let ended = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (ended) return;
      ended = true;
      void rig.close().finally(() => process.exit(130));
    });
  try {
    await executable();
    const figures = await measure(rig);
    if (values.json) console.log(JSON.stringify({ machine: machine(), figures }, null, 2));
    else {
      console.log(`\n${machine()}\n`);
      printTable(figures);
    }
    return figures.every((figure) => isMet(figure) !== null || figure.note !== "") ? 0 : 1;
  } catch (error) {
    if (!ended) console.error(`not measured: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await rig.close();
  }
}

async function measure(rig: Rig): Promise<Figure[]> {
  const rounds = numberOf("rounds");
  const seconds = numberOf("seconds");
  const figures: Figure[] = [];
  const asks = (...ids: FigureId[]): boolean => ids.some((id) => wanted.has(id));
  if (asks("p1", "p2", "p3", "p4")) {
    console.error("preparing signed requests …");
    const traffic = await Traffic.create(rig, WARM_UP_S + seconds, PREPARED_PER_SECOND);
    if (asks("p1", "p2")) figures.push(...(await ingest(rig, traffic, rounds, seconds)));
    if (asks("p3")) figures.push(await slowDisk(rig, traffic, rounds, seconds));
    if (asks("p4")) figures.push(await backlog(rig, traffic, rounds, seconds, numberOf("backlog")));
  }
  if (asks("p5", "p6")) figures.push(...(await pending(rig, numberOf("pending"))));
  if (asks("p9")) figures.push(await sending(rig, rounds, seconds, numberOf("backlog")));
  if (asks("fan")) figures.push(await fanOut(rig, rounds, seconds));
  return figures.filter(({ id }) => wanted.has(id));
}

function numberOf(name: "rounds" | "seconds" | "backlog" | "pending"): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a whole number above 0`);
}

function machine(): string {
  const [first] = cpus();
  return `${platform()} ${arch()}, ${cpus().length} × ${first?.model.trim() ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Bun ${Bun.version}`;
}
