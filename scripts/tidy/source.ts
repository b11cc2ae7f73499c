/** One file of the house, with what is code and what is comment told apart. Paths are relative to the top, with `/`. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and regular expressions blanked; lines and columns stay where they are. */
  readonly code: string;
  /** Likewise, with only the comments left. */
  readonly comments: string;
  /** Likewise, with only the comments blanked: for import lines, whose paths are strings. */
  readonly uncommented: string;
}

export interface Offence {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly what: string;
  /** For lengths: the length. Otherwise each offence counts as one. */
  readonly size?: number;
}

type Kind = "code" | "comment" | "string";

/** Tells TypeScript's code, comments and strings apart, character by character. Other files are all text. */
export function readSource(path: string, text: string): Source {
  if (!/\.tsx?$/.test(path)) return { path, text, code: "", comments: text, uncommented: "" };
  const kinds = classify(text);
  const only = (keep: (kind: Kind) => boolean): string => {
    let out = "";
    for (let at = 0; at < text.length; at++) {
      const char = text[at] ?? "";
      out += char === "\n" || keep(kinds[at] ?? "code") ? char : " ";
    }
    return out;
  };
  return {
    path,
    text,
    code: only((kind) => kind === "code"),
    comments: only((kind) => kind === "comment"),
    uncommented: only((kind) => kind !== "comment"),
  };
}

export const lineAt = (text: string, index: number): number =>
  text.slice(0, index).split("\n").length;

/** A slash begins a regular expression where a value may begin: after an operator, a bracket or such a word. */
const BEFORE_REGEX =
  /(?:^|[=(,[!&|?:;{}+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|await|yield|throw))\s*$/;

function classify(text: string): Kind[] {
  const kinds: Kind[] = new Array(text.length).fill("code");
  /** Depth of braces at which each open `${` ends. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const mark = (to: number, kind: Kind): void => {
    kinds.fill(kind, at, to);
    at = to;
  };
  while (at < text.length) {
    const char = text[at];
    if (char === "/" && text[at + 1] === "/") mark(end(text, /\n/g, at), "comment");
    else if (char === "/" && text[at + 1] === "*")
      mark(end(text, /\*\//g, at + 2, true), "comment");
    else if (char === '"') mark(end(text, /(?<!\\)(?:\\\\)*"/g, at + 1, true), "string");
    else if (char === "'") mark(end(text, /(?<!\\)(?:\\\\)*'/g, at + 1, true), "string");
    else if (char === "`") template(1);
    else if (char === "}" && templates.at(-1) === depth) {
      templates.pop();
      template(1);
    } else if (char === "/" && (text[at - 1] === "<" || text[at + 1] === ">")) {
      at++; // The slash of a tag.
    } else if (char === "/" && BEFORE_REGEX.test(text.slice(Math.max(0, at - 30), at))) {
      mark(
        end(text, /(?<!\\)(?:\\\\)*(?:\[(?:\\.|[^\]\\\n])*\]|[^\n\\[/]|\\.)*\//g, at + 1, true),
        "string",
      );
    } else {
      if (char === "{") depth++;
      if (char === "}") depth--;
      at++;
    }
  }
  return kinds;

  /** From a backtick, or the end of a `${}`, to the next `${` or the closing backtick. */
  function template(skip: number): void {
    let to = at + skip;
    while (to < text.length && text[to] !== "`" && !(text[to] === "$" && text[to + 1] === "{")) {
      to += text[to] === "\\" ? 2 : 1;
    }
    if (text[to] === "$") templates.push(depth);
    mark(Math.min(text.length, to + (text[to] === "$" ? 2 : 1)), "string");
  }
}

/** Where `pattern` is first found at or after `from`; past it when `inclusive`; the text's end when nowhere. */
function end(text: string, pattern: RegExp, from: number, inclusive = false): number {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) return text.length;
  return match.index + (inclusive ? match[0].length : 0);
}
