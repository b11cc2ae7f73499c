import type { EventSummary } from "./api/types.ts";

/** Dead letters that failed alike. */
export interface FailureGroup {
  /** The error with what differs from case to case left out. */
  readonly title: string;
  readonly code: string;
  readonly count: number;
  readonly sources: readonly string[];
  readonly newest: EventSummary;
  readonly oldest: EventSummary;
  /** What finds them by the API's `error`; `null` when they bear none. */
  readonly error: string | null;
}

/** Numbers, ids and quoted texts: what makes two messages of one fault differ. */
const VARIES = /"[^"]*"|'[^']*'|`[^`]*`|\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b|[\w-]*\d[\w-]*/gi;
/** As long as the API takes. */
const ERROR_CHARS_MAX = 256;
/** Shorter pieces would find too much. */
const PIECE_CHARS_MIN = 6;

/** Groups them by source and fault, the largest first. */
export function grouped(events: readonly EventSummary[]): readonly FailureGroup[] {
  const groups = Map.groupBy(events, (event) => `${event.source}\n${titleOf(event)}`);
  return [...groups.values()]
    .flatMap((members) => {
      const [newest, oldest] = [members[0], members.at(-1)];
      if (newest === undefined || oldest === undefined) return [];
      const group: FailureGroup = {
        title: titleOf(newest),
        code: newest.error?.code ?? "failed",
        count: members.length,
        sources: [...new Set(members.map(({ source }) => source))],
        newest,
        oldest,
        error: searchOf(newest, members.length),
      };
      return [group];
    })
    .sort((left, right) => right.count - left.count);
}

function titleOf({ error, reason }: EventSummary): string {
  const text = error?.message.split("\n", 1)[0] ?? reason ?? "No error was given";
  return text.replace(VARIES, "…").slice(0, 300);
}

/**
 * A part of the message that all members share and that finds them: the message itself where one stands
 * alone, else its longest piece between what varies, else the code.
 */
function searchOf({ error }: EventSummary, count: number): string | null {
  if (error === null) return null;
  const line = error.message.split("\n", 1)[0] ?? "";
  if (count === 1 && line !== "") return line.slice(0, ERROR_CHARS_MAX);
  const pieces = line.split(VARIES).map((piece) => piece.trim());
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), "");
  const found = longest.length >= PIECE_CHARS_MIN ? longest : error.code;
  return found.slice(0, ERROR_CHARS_MAX);
}
