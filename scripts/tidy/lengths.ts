import type { Offence, Source } from "./source.ts";

export const FILE_LINES_MAX = 250;
export const FUNCTION_LINES_MAX = 60;

export function lengthOffences(source: Source): Offence[] {
  if (!/\.tsx?$/.test(source.path)) return [];
  const lines = source.code.split("\n");
  const length = source.text.trimEnd().split("\n").length;
  const offences: Offence[] = [];
  if (length > FILE_LINES_MAX) {
    offences.push({
      rule: "file-length",
      path: source.path,
      line: 1,
      what: `${length} lines, at most ${FILE_LINES_MAX}`,
      size: length,
    });
  }
  for (let at = 0; at < lines.length; at++) {
    const size = functionLength(lines, at);
    if (size <= FUNCTION_LINES_MAX) continue;
    offences.push({
      rule: "function-length",
      path: source.path,
      line: at + 1,
      what: `a function of ${size} lines, at most ${FUNCTION_LINES_MAX}`,
      size,
    });
  }
  return offences;
}

const CONTROL =
  /^\s*(?:\}\s*)?(?:else\b|if\b|for\b|while\b|switch\b|catch\b|try\b|do\b|finally\b|class\b|export class\b|(?:export )?(?:interface|type|enum|namespace)\b|\w+:$|(?:describe|spec)\b)/;
const OPENS = /(?:=>|\)(?::[^=]*)?)\s*\{\s*$/;

/**
 * Lines of the function whose body opens at the end of line `at`; 0 where none does. Relies on the
 * formatter: a body closes on the first later line that begins with `}` at the same indentation.
 * Blocks of tests (`describe`) are lists, not functions.
 */
function functionLength(lines: readonly string[], at: number): number {
  const line = lines[at] ?? "";
  if (!OPENS.test(line)) return 0;
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  let start = at;
  // A head over several lines ends in `) {` below its first line, which has the same indentation.
  if (/^\s*\)/.test(line)) {
    do start--;
    while (
      start > 0 &&
      !(lines[start]?.startsWith(indent) && /^\S/.test(lines[start]?.slice(indent.length) ?? ""))
    );
  }
  if (CONTROL.test(lines[start] ?? "")) return 0;
  for (let below = at + 1; below < lines.length; below++) {
    if (lines[below]?.startsWith(`${indent}}`)) return below - start + 1;
  }
  return 0;
}
