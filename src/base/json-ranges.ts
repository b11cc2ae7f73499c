/** Where a value stands in JSON bytes: [offset, length]. */
export type ByteRange = readonly [offset: number, length: number];

const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The exact bytes of the value at `tokens` (the reference tokens of a JSON Pointer); `null` when
 * there is none. `bytes` must be JSON that `JSON.parse` takes. Of repeated properties the last
 * counts, as it does there.
 */
export function locateValue(
  bytes: Uint8Array,
  tokens: readonly string[],
  from = 0,
): ByteRange | null {
  const scan = new Scan(bytes, from);
  for (const token of tokens) if (!scan.enter(token)) return null;
  const start = scan.at;
  scan.skipValue();
  return [start, scan.at - start];
}

/** The exact bytes of each item of the array at `tokens`; `null` when there is no array. `from`: where the value begins that `tokens` lead into. */
export function locateItems(
  bytes: Uint8Array,
  tokens: readonly string[],
  from = 0,
): ByteRange[] | null {
  const scan = new Scan(bytes, from);
  for (const token of tokens) if (!scan.enter(token)) return null;
  if (bytes[scan.at] !== OPEN_BRACKET) return null;
  const items: ByteRange[] = [];
  scan.eachItem((start) => {
    scan.skipValue();
    items.push([start, scan.at - start]);
    return true;
  });
  return items;
}

/** A place that moves over valid JSON, always at the first byte of a value or behind it. No recursion. */
class Scan {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    const marked = from === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.at = marked ? 3 : from;
    this.#space();
  }

  /** From a value to the one that `token` names inside it; `false` when it has none. */
  enter(token: string): boolean {
    const opener = this.#bytes[this.at];
    if (opener === OPEN_BRACE) return this.#enterProperty(token);
    if (opener !== OPEN_BRACKET || !/^(?:0|[1-9]\d*)$/.test(token)) return false;
    const wanted = Number(token);
    let index = 0;
    let found = -1;
    this.eachItem((start) => {
      if (index++ === wanted) found = start;
      else this.skipValue();
      return found < 0;
    });
    return found >= 0;
  }

  #enterProperty(token: string): boolean {
    const wanted = Buffer.from(token);
    let found = -1;
    this.at++;
    this.#space();
    while (this.#bytes[this.at] === QUOTE) {
      const start = this.at;
      this.#skipString();
      const matches = this.#isKey(start, this.at, token, wanted);
      this.#space();
      this.at++;
      this.#space();
      if (matches) found = this.at;
      this.skipValue();
      this.#space();
      if (this.#bytes[this.at] !== COMMA) break;
      this.at++;
      this.#space();
    }
    if (found >= 0) this.at = found;
    return found >= 0;
  }

  #isKey(start: number, end: number, token: string, wanted: Buffer): boolean {
    const key = this.#bytes.subarray(start + 1, end - 1);
    if (key.includes(BACKSLASH)) {
      return JSON.parse(Buffer.from(this.#bytes.subarray(start, end)).toString()) === token;
    }
    return wanted.equals(key);
  }

  /** Calls `visit` at the first byte of each item; it must move behind the item, or answer `false` to stop there. */
  eachItem(visit: (start: number) => boolean): void {
    this.at++;
    this.#space();
    while (this.at < this.#bytes.length && this.#bytes[this.at] !== CLOSE_BRACKET) {
      const start = this.at;
      if (!visit(start) || this.at === start) return;
      this.#space();
      if (this.#bytes[this.at] === COMMA) this.at++;
      this.#space();
    }
    this.at++;
  }

  skipValue(): void {
    const bytes = this.#bytes;
    let depth = 0;
    do {
      const byte = bytes[this.at];
      if (byte === QUOTE) this.#skipString();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth++;
        this.at++;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth--;
        this.at++;
      } else if (depth > 0) this.at++;
      else this.#skipScalar();
    } while (depth > 0 && this.at < bytes.length);
  }

  #skipScalar(): void {
    while (this.at < this.#bytes.length && !ENDS_SCALAR.has(this.#bytes[this.at] ?? 0)) this.at++;
  }

  #skipString(): void {
    const bytes = this.#bytes;
    this.at++;
    while (this.at < bytes.length && bytes[this.at] !== QUOTE) {
      this.at += bytes[this.at] === BACKSLASH ? 2 : 1;
    }
    this.at++;
  }

  #space(): void {
    while (IS_SPACE.has(this.#bytes[this.at] ?? 0)) this.at++;
  }
}

const IS_SPACE: ReadonlySet<number> = new Set([TAB, LINE_FEED, RETURN, SPACE]);
const ENDS_SCALAR: ReadonlySet<number> = new Set([
  ...IS_SPACE,
  COMMA,
  COLON,
  CLOSE_BRACKET,
  CLOSE_BRACE,
]);
