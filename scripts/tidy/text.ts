import { lineAt, type Offence, type Source } from "./source.ts";

interface Banned {
  readonly rule: string;
  readonly pattern: RegExp;
  /** Which part of the file is looked at. */
  readonly within: "code" | "comments" | "text" | "uncommented";
  readonly where: (path: string) => boolean;
  /** What to write instead. */
  readonly instead: string;
}

const src = (path: string): boolean =>
  path.startsWith("src/") && /\.tsx?$/.test(path) && !path.endsWith(".d.ts");
const srcOutside =
  (...folders: string[]) =>
  (path: string): boolean =>
    src(path) && !folders.some((folder) => path.startsWith(`src/${folder}`));
const typescript = (path: string): boolean => /\.tsx?$/.test(path);
/** The rules themselves spell out what they ban. */
const everywhere = (path: string): boolean => !/^scripts\/tidy|^test\/tidy|^LICENSE$/.test(path);
/** Tests of the real executable and the real disk wait by the wall clock; all others step a clock. */
const steppedTest = (path: string): boolean =>
  /^test\//.test(path) && !/^test\/(?:path|crash|browser|support)\//.test(path);

const BANNED: readonly Banned[] = [
  {
    rule: "clock",
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/g,
    within: "code",
    where: srcOutside("base/"),
    instead: "the Clock given as an argument",
  },
  {
    rule: "timer",
    pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b|\bBun\.sleep/g,
    within: "code",
    where: srcOutside("base/"),
    instead: "clock.after, clock.soon or sleep(clock, ms)",
  },
  {
    rule: "chance",
    pattern: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b|\brandomBytes\b/g,
    within: "code",
    where: srcOutside("base/"),
    instead: "the Random given as an argument",
  },
  {
    rule: "nanoid",
    pattern: /["']nanoid["']/g,
    within: "uncommented",
    where: srcOutside("base/"),
    instead: "random.text",
  },
  {
    rule: "console",
    pattern: /\bconsole\./g,
    within: "code",
    where: srcOutside("cli/"),
    instead: "the Log given as an argument",
  },
  {
    rule: "elysia",
    pattern: /["']elysia["']/g,
    within: "uncommented",
    where: (path) => src(path) && !/(?:\/routes|^src\/app)\.ts$/.test(path),
    instead: "a plain function called from routes.ts",
  },
  {
    rule: "sqlite",
    pattern: /["']bun:sqlite["']/g,
    within: "uncommented",
    where: srcOutside("journal/"),
    instead: "the journal's interfaces",
  },
  {
    rule: "bind",
    pattern: /\.bind\(/g,
    within: "code",
    where: (path) => /\/routes\.ts$/.test(path),
    instead: "a plain arrow function (a bound one gets no body, query or headers)",
  },
  {
    rule: "async-transaction",
    pattern: /\btransaction\(\s*async\b/g,
    within: "code",
    where: typescript,
    instead: "a synchronous body: an async one commits half",
  },
  {
    rule: "any",
    pattern: /\bas any\b|:\s*any\b|<any>|\bany\[\]/g,
    within: "code",
    where: typescript,
    instead: "unknown, and a check",
  },
  {
    rule: "non-null",
    pattern: /[\w)\]]!(?=[.[;,)\s])(?!\s*=)/g,
    within: "code",
    where: typescript,
    instead: "a check, or invariant()",
  },
  {
    rule: "default-export",
    pattern: /\bexport default\b/g,
    within: "code",
    where: src,
    instead: "a named export",
  },
  {
    rule: "unfinished",
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    within: "comments",
    where: everywhere,
    instead: "the work itself, or nothing",
  },
  {
    rule: "test-name",
    pattern: /\b(?:test|it)(?:\.\w+)*\(\s*["'`]should\b/g,
    within: "uncommented",
    where: (path) => everywhere(path) && path.startsWith("test/"),
    instead: "a promise in the present tense",
  },
  {
    rule: "test-sleep",
    pattern: /\bBun\.sleep|\bsetTimeout\(/g,
    within: "code",
    where: steppedTest,
    instead: "a clock that is stepped, or a fact that is awaited",
  },
  {
    rule: "silent-catch",
    pattern: /\bcatch\s*\{(?=\s*\n?\s*\})/g,
    within: "text",
    where: (path) => everywhere(path) && typescript(path),
    instead: "handle it, return it, or say in a comment why not",
  },
  {
    rule: "machine-path",
    pattern: /(?<![\w.~*-])\/(?:work|home|root|Users)\/[a-z]/g,
    within: "text",
    where: everywhere,
    instead: "a path from the top of the clone",
  },
  {
    rule: "outside",
    pattern: /\bSPEC\b|\.\.\/shared\b|\b[Ii]ssue #?\d/g,
    within: "comments",
    where: everywhere,
    instead: "the reason itself: the project speaks of itself alone",
  },
];

export function bannedOffences(source: Source): Offence[] {
  const offences: Offence[] = [];
  for (const { rule, pattern, within, where, instead } of BANNED) {
    if (!where(source.path)) continue;
    for (const match of source[within].matchAll(pattern)) {
      const line = lineAt(source[within], match.index);
      offences.push({
        rule,
        path: source.path,
        line,
        what: `\`${match[0].trim()}\`; instead: ${instead}`,
      });
    }
  }
  return offences;
}

/** A page named in a comment or a page must be one that a reader of the clone can open. */
export function pageOffences(source: Source, exists: (path: string) => boolean): Offence[] {
  if (!everywhere(source.path)) return [];
  const folder = source.path.replace(/[^/]*$/, "");
  return [...source.comments.matchAll(/(?<![\w/.:-])([A-Z][\w-]*\.md)\b/g)]
    .filter((match) => !exists(`${folder}${match[1]}`) && !exists(match[1] ?? ""))
    .map((match) => ({
      rule: "page",
      path: source.path,
      line: lineAt(source.comments, match.index),
      what: `${match[1]} is not in the clone`,
    }));
}
