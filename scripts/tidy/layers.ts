import { posix } from "node:path";
import { lineAt, type Offence, type Source } from "./source.ts";

/**
 * What each folder under `src` may import, besides itself. A name with `/` is one file; one after `type `
 * may be imported for its types only. `cli`, `app` and `main` may import anything and are imported by
 * nobody below them.
 */
const FOUNDATION = ["base", "config"];
const VOCABULARY = ["journal/facts", "journal/journal"];
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  config: ["base"],
  journal: FOUNDATION,
  supervise: FOUNDATION,
  providers: [...FOUNDATION, ...VOCABULARY],
  outcome: [...FOUNDATION, ...VOCABULARY],
  ingress: [...FOUNDATION, "journal", "providers", "outcome"],
  mailbox: [...FOUNDATION, "journal", "providers", "outcome", "supervise/budget"],
  outbound: [...FOUNDATION, "journal", "providers", "outcome", "supervise/budget"],
  reconcile: [...FOUNDATION, "journal", "providers", "outcome", "ingress/split"],
  testing: [...FOUNDATION, "journal", "mailbox", "outcome", "providers"],
  admin: [
    ...FOUNDATION,
    "journal",
    "type ingress",
    "type mailbox",
    "type outbound",
    "type outcome",
    "type providers",
    "type reconcile",
    "type supervise",
  ],
  dashboard: [
    ...FOUNDATION,
    "journal",
    "admin",
    "type mailbox",
    "type outbound",
    "type outcome",
    "type providers",
    "type reconcile",
    "type supervise",
  ],
};
const TOP = ["main", "app", "cli"];

export interface Import {
  readonly from: string;
  /** As written. */
  readonly to: string;
  /** The file's path from the top where it is one of ours; `null` for a package. */
  readonly file: string | null;
  readonly typeOnly: boolean;
  readonly line: number;
}

const STATEMENT =
  /(?:^|[;\n])\s*(?:import|export)\s+(type\b)?([^;"'`]*?)\bfrom\s*["']([^"']+)["']/g;
const BARE = /(?:^|[;\n])\s*import\s*["']([^"']+)["']/g;
const CALL = /\bimport\(\s*["']([^"']+)["']/g;
const TYPE_CALL = /\btypeof\s+import\(\s*["']([^"']+)["']|:\s*import\(\s*["']([^"']+)["']/g;

/** Import lines read as text: the runtime's own scanner drops type-only ones, which bind folders as well. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const text = source.uncommented;
  const add = (index: number, to: string, typeOnly: boolean): void => {
    const file = to.startsWith(".")
      ? posix.normalize(posix.join(posix.dirname(source.path), to))
      : null;
    found.push({ from: source.path, to, file, typeOnly, line: lineAt(text, index) });
  };
  for (const match of text.matchAll(STATEMENT)) {
    const names = /\{([^}]*)\}/
      .exec(match[2] ?? "")?.[1]
      ?.split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    const each =
      names !== undefined && names.length > 0 && names.every((name) => name.startsWith("type "));
    add(match.index + match[0].length, match[3] ?? "", match[1] !== undefined || each);
  }
  for (const match of text.matchAll(BARE))
    add(match.index + match[0].length, match[1] ?? "", false);
  for (const match of text.matchAll(TYPE_CALL)) add(match.index, match[1] ?? match[2] ?? "", true);
  for (const match of text.matchAll(CALL)) {
    const typed = /(?:typeof|:)\s*$/.test(text.slice(0, match.index));
    if (!typed) add(match.index, match[1] ?? "", false);
  }
  return found;
}

export function layerOffences(imports: readonly Import[]): Offence[] {
  const offences: Offence[] = [];
  for (const each of imports) {
    if (each.file === null || !each.from.startsWith("src/")) continue;
    const from = folderOf(each.from);
    const to = folderOf(each.file);
    if (from === to || TOP.includes(from)) continue;
    if (each.file === "package.json" && from === "base") continue;
    const file = each.file.replace(/^src\//, "").replace(/\.tsx?$/, "");
    const allowed = LAYERS[from]?.some(
      (name) => name === to || name === file || (each.typeOnly && name === `type ${to}`),
    );
    if (allowed) continue;
    const may = LAYERS[from]?.join(", ") || "nothing";
    offences.push({
      rule: "layers",
      path: each.from,
      line: each.line,
      what: `${from} may not import ${each.file}; only ${may}`,
    });
  }
  return offences;
}

/** `src/journal/log.ts` → `journal`; `src/app.ts` → `app`. */
function folderOf(path: string): string {
  const [, first = ""] = path.split("/");
  return first.replace(/\.tsx?$/, "");
}

/** Each cycle once, by its first file in alphabetical order. */
export function cycleOffences(imports: readonly Import[]): Offence[] {
  const next = new Map<string, string[]>();
  for (const { from, file } of imports) {
    if (file === null || !file.startsWith("src/")) continue;
    next.set(from, [...(next.get(from) ?? []), file]);
  }
  const offences: Offence[] = [];
  const done = new Set<string>();
  const road: string[] = [];
  const visit = (file: string): void => {
    const seen = road.indexOf(file);
    if (seen >= 0) {
      const cycle = road.slice(seen);
      const path = [...cycle].sort()[0] ?? file;
      offences.push({ rule: "cycle", path, line: 1, what: `${[...cycle, file].join(" → ")}` });
      return;
    }
    if (done.has(file)) return;
    road.push(file);
    for (const each of next.get(file) ?? []) visit(each);
    road.pop();
    done.add(file);
  };
  for (const file of [...next.keys()].sort()) visit(file);
  return offences;
}

/** Files under `src` that lead from no entry: `main.ts`, the threads' and the pages' entries, and what the package exports. */
export function unusedOffences(
  paths: readonly string[],
  imports: readonly Import[],
  exported: readonly string[],
): Offence[] {
  const isEntry = (path: string): boolean =>
    /^src\/main\.ts$|(?:\/|-)thread\.ts$|^src\/(?:dashboard\/client\/main\.tsx|testing\/preload\.ts)$/.test(
      path,
    ) || exported.includes(path);
  const reached = new Set(paths.filter(isEntry));
  for (const path of reached) {
    for (const each of imports)
      if (each.from === path && each.file !== null) reached.add(each.file);
  }
  return paths
    .filter(
      (path) =>
        path.startsWith("src/") &&
        /\.tsx?$/.test(path) &&
        !path.endsWith(".d.ts") &&
        !reached.has(path),
    )
    .map((path) => ({
      rule: "unused",
      path,
      line: 1,
      what: "leads from no entry: delete it, or import it",
    }));
}
