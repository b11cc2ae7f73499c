/**
 * Payloads, keys, types and errors are written by strangers. Printed as they are, they could move the
 * cursor, forge lines, rename the window or hide text; so each character that a terminal obeys
 * rather than shows is replaced by a picture of it.
 *
 * C0 and DEL become their Unicode pictures (␛, ␊, …); C1, bidirectional overrides, invisible and
 * line-separating characters, tag characters and lone surrogates become `\u{…}`.
 */
const HOSTILE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;
const HOSTILE_BUT_LAYOUT =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

const picture = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? "␡" : `\\u{${code.toString(16)}}`;
};

/** One line, harmless: nothing in it can act on a terminal or start a new line. */
export const safeLine = (text: string): string => text.replace(HOSTILE, picture);

/** Likewise, but line feeds and tabs stay: for stacks and payloads in a block of their own. */
export const safeBlock = (text: string): string => text.replace(HOSTILE_BUT_LAYOUT, picture);

/** JSON that a terminal can be shown: the same document, with what JSON.stringify leaves raw escaped. */
export function safeJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  // A line feed outside a string is layout by `indent`; inside one it is escaped already.
  return text.replace(HOSTILE_BUT_LAYOUT, (character) =>
    Array.from(
      { length: character.length },
      (_, place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** Columns that a terminal gives to `text`. */
export const widthOf = (text: string): number => Bun.stringWidth(text);

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** At most `width` columns, ending in `…` when something is missing; never half of a wide character. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const own = widthOf(segment);
    if (used + own > width - 1) break;
    kept += segment;
    used += own;
  }
  return `${kept}…`;
}

/** `text` followed by spaces up to `width` columns. */
export const pad = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - widthOf(text)));

/** `1 event`, `12,345 events`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? noun : plural(noun)}`;

/** `event` → `events`, `delivery` → `deliveries`, `key` → `keys`. */
export const plural = (noun: string): string => noun.replace(/([^aeiou])y$/, "$1ie").concat("s");
