/** How figures and times are written; all of it pure. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 min ago`, `in 12 s`: the largest unit that fits, rounded down; beyond a month the date. */
export function relative(at: number, now: number): string {
  const apart = Math.abs(now - at);
  if (apart < SECOND) return "now";
  if (apart >= 30 * DAY) return new Date(at).toLocaleDateString();
  const text = span(apart);
  return at <= now ? `${text} ago` : `in ${text}`;
}

/** A length of time in its largest unit. */
export function span(ms: number): string {
  if (ms < SECOND) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** A time to the millisecond, in the reader's zone and in UTC. */
export function exact(iso: string): string {
  const at = new Date(iso);
  const local = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return `${local} · ${iso}`;
}

export const number = (value: number): string => value.toLocaleString("en");

/** Whole figures up to 9,999, then `12.3k`, `4.1M`. */
export function short(value: number): string {
  if (value < 10_000) return number(value);
  if (value < 1e6) return `${(value / 1e3).toFixed(value < 1e5 ? 1 : 0)}k`;
  return `${(value / 1e6).toFixed(value < 1e8 ? 1 : 0)}M`;
}

export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`;
  if (count < 1_024 ** 2) return `${(count / 1_024).toFixed(1)} KiB`;
  return `${(count / 1_024 ** 2).toFixed(1)} MiB`;
}

/** `1 event`, `2 events`. */
export const counted = (count: number, noun: string): string =>
  `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/** Text that a stranger wrote, on one line and not endless; what has no width or turns the line is made visible. */
export function shown(text: string, charsMax = 200): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
  return cut.replace(
    ODD,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** Controls, zero-width characters and those that change the direction of writing. */
export const ODD =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
