/**
 * The order of the house, checked: layers (type-only imports too), cycles, lengths, unused files, banned
 * text with its replacement. Run as a test, and by hand: `bun scripts/tidy.ts`.
 *
 * An old offender may be listed in `tidy/ratchet.json`, as rule → path → how many (or how long). The list
 * may shrink and never grow: a figure that is higher than the truth is an offence as well.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { cycleOffences, importsOf, layerOffences, unusedOffences } from "./tidy/layers.ts";
import { lengthOffences } from "./tidy/lengths.ts";
import ratchet from "./tidy/ratchet.json" with { type: "json" };
import { type Offence, readSource, type Source } from "./tidy/source.ts";
import { bannedOffences, pageOffences } from "./tidy/text.ts";

export type Ratchet = Readonly<Record<string, Readonly<Record<string, number>>>>;

const FILES = "{src,test,scripts,examples}/**/*.{ts,tsx,md,sh}";
const TOP_FILES = "{*.md,Dockerfile,scripts/demo,scripts/test,.ci/run}";

/** Every offence in the clone at `top` that the ratchet does not excuse. */
export async function tidy(top: string): Promise<Offence[]> {
  const sources = await read(top);
  return excuse(
    offencesOf(sources, (path) => existsSync(join(top, path))),
    ratchet,
  );
}

export function offencesOf(
  sources: readonly Source[],
  exists: (path: string) => boolean,
): Offence[] {
  const imports = sources.flatMap(importsOf);
  const exported = Object.values(
    (manifest as { exports?: Record<string, unknown> }).exports ?? {},
  ).map((path) => String(path).replace(/^\.\//, ""));
  const paths = sources.map((source) => source.path);
  return [
    ...layerOffences(imports),
    ...cycleOffences(imports),
    ...unusedOffences(paths, imports, exported),
    ...sources.flatMap(lengthOffences),
    ...sources.flatMap(bannedOffences),
    ...sources.flatMap((source) => pageOffences(source, exists)),
  ];
}

export function excuse(offences: readonly Offence[], excused: Ratchet): Offence[] {
  const groups = Map.groupBy(offences, ({ rule, path }) => `${rule} ${path}`);
  const left: Offence[] = [];
  for (const [key, group] of groups) {
    const { rule, path } = group[0] ?? { rule: key, path: "" };
    const truth = Math.max(...group.map(({ size }) => size ?? group.length));
    const allowed = excused[rule]?.[path] ?? 0;
    if (truth > allowed) left.push(...group);
    else if (truth < allowed)
      left.push({
        rule: "ratchet",
        path,
        line: 1,
        what: `${rule} is better than listed: lower ${allowed} to ${truth}`,
      });
  }
  for (const [rule, paths] of Object.entries(excused)) {
    for (const path of Object.keys(paths)) {
      if (!groups.has(`${rule} ${path}`))
        left.push({
          rule: "ratchet",
          path,
          line: 1,
          what: `${rule} is mended: take it off the list`,
        });
    }
  }
  return left;
}

async function read(top: string): Promise<Source[]> {
  const paths: string[] = [];
  for (const pattern of [FILES, TOP_FILES]) {
    for await (const path of new Bun.Glob(pattern).scan({ cwd: top, dot: true }))
      paths.push(path.replaceAll("\\", "/"));
  }
  const ours = paths.filter((path) => !path.includes("node_modules/")).sort();
  return Promise.all(
    ours.map(async (path) => readSource(path, await Bun.file(join(top, path)).text())),
  );
}

if (import.meta.main) {
  const offences = await tidy(resolve(import.meta.dir, ".."));
  for (const { rule, path, line, what } of offences)
    console.log(`${path}:${line}  ${rule}: ${what}`);
  console.log(offences.length === 0 ? "tidy" : `${offences.length} offences`);
  process.exitCode = offences.length === 0 ? 0 : 1;
}
