/** What a piece of text means; a colour only repeats it. */
export type Tone = "plain" | "strong" | "faint" | "good" | "bad" | "waiting" | "link";

const CODES: Readonly<Record<Tone, string>> = {
  plain: "",
  strong: "1",
  faint: "2",
  good: "32",
  bad: "31",
  waiting: "33",
  link: "36",
};

/** Text with a meaning. A bare string is plain. */
export interface Toned {
  readonly text: string;
  readonly tone: Tone;
}
export type Part = string | Toned;

export const toned = (text: string, tone: Tone): Toned => ({ text, tone });
export const textOf = (part: Part): string => (typeof part === "string" ? part : part.text);
export const toneOf = (part: Part): Tone => (typeof part === "string" ? "plain" : part.tone);

/** Wraps text that is harmless already; the only place where escape sequences are written. */
export function paint(text: string, tone: Tone, colours: boolean): string {
  const code = CODES[tone];
  return colours && code !== "" && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** https://no-color.org: any non-empty value. A dumb terminal and a pipe get none either. */
export function wantsColours(
  env: Readonly<Record<string, string | undefined>>,
  isTty: boolean,
): boolean {
  return isTty && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

const STATUS: Readonly<Record<string, readonly [shape: string, tone: Tone]>> = {
  pending: ["○", "waiting"],
  completed: ["✓", "good"],
  skipped: ["–", "faint"],
  failed: ["✗", "bad"],
  active: ["●", "good"],
  paused: ["‖", "waiting"],
  halted: ["■", "bad"],
  running: ["▶", "waiting"],
  cancelled: ["–", "faint"],
};

/** A status by shape and word, so that it can be told without colour. */
export function status(word: string): Toned {
  const [shape, tone] = STATUS[word] ?? ["·", "plain"];
  return toned(`${shape} ${word}`, tone);
}
