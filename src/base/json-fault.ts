/** Where and why a text is no JSON; `at` counts characters of the text. */
export interface JsonFault {
  readonly at: number;
  readonly reason: string;
}

/** The search ends here: a large body is not worth more time, as whoever sent it will see the first part. */
const CHARACTERS_MAX = 2 ** 20;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * The first fault of a text that `JSON.parse` refused, which itself gives no place. Without recursion,
 * so that no nesting can exhaust the stack. `null` if the text is JSON after all.
 */
export function locateJsonFault(text: string): JsonFault | null {
  return new FaultFinder(text).find();
}

/** What may come next. */
type State = "value" | "first-item" | "first-key" | "key" | "after";

class FaultFinder {
  readonly #text: string;
  #at = 0;
  #state: State = "value";
  readonly #open: ("[" | "{")[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  find(): JsonFault | null {
    while (true) {
      this.#skip(SPACE);
      if (this.#state === "after" && this.#open.length === 0) {
        return this.#at === this.#text.length ? null : this.#fault("unexpected text after the end");
      }
      if (this.#at > CHARACTERS_MAX) return this.#fault("faulty somewhere behind this place,");
      const fault = this.#state === "after" ? this.#separator() : this.#token();
      if (fault !== null) return fault;
    }
  }

  #token(): JsonFault | null {
    const character = this.#text[this.#at];
    if (this.#state === "first-item" && character === "]") return this.#close("[");
    if (this.#state === "first-key" && character === "}") return this.#close("{");
    if (this.#state === "first-key" || this.#state === "key") return this.#key();
    if (character === "{" || character === "[") {
      this.#open.push(character);
      this.#at++;
      this.#state = character === "{" ? "first-key" : "first-item";
      return null;
    }
    this.#state = "after";
    if (character === '"') return this.#string();
    return this.#skip(NUMBER) || this.#skip(WORD) ? null : this.#fault("a value is expected");
  }

  #key(): JsonFault | null {
    if (this.#text[this.#at] !== '"') return this.#fault("a property name is expected");
    const fault = this.#string();
    if (fault !== null) return fault;
    this.#skip(SPACE);
    if (this.#text[this.#at] !== ":") return this.#fault("a colon is expected");
    this.#at++;
    this.#state = "value";
    return null;
  }

  #separator(): JsonFault | null {
    const inside = this.#open.at(-1);
    const character = this.#text[this.#at];
    if (character === ",") {
      this.#at++;
      this.#state = inside === "{" ? "key" : "value";
      return null;
    }
    if (inside === "{" && character === "}") return this.#close("{");
    if (inside === "[" && character === "]") return this.#close("[");
    return this.#fault(`a comma or ${inside === "{" ? "}" : "]"} is expected`);
  }

  #close(opener: "[" | "{"): null {
    if (this.#open.at(-1) === opener) this.#open.pop();
    this.#at++;
    this.#state = "after";
    return null;
  }

  #string(): JsonFault | null {
    this.#at++;
    while (true) {
      this.#skip(PLAIN);
      const character = this.#text[this.#at];
      if (character === '"') {
        this.#at++;
        return null;
      }
      if (character === undefined) return this.#fault("");
      if (character !== "\\") return this.#fault("a control character must be escaped");
      if (!this.#skip(ESCAPE)) return this.#fault("this escape is not known");
    }
  }

  /** Goes past a match of `pattern` here; whether there was one of at least one character. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    const moved = pattern.lastIndex > this.#at;
    this.#at = pattern.lastIndex;
    return moved;
  }

  #fault(reason: string): JsonFault {
    if (this.#at >= this.#text.length) return { at: this.#text.length, reason: "unexpected end" };
    return { at: this.#at, reason };
  }
}
