import { LIMITS } from "../../../base/limits.ts";
import type { ErrorFact } from "../../../journal/facts.ts";

/** What a handler was told no to by us: its code is stored instead of `threw`. */
export class Refused extends Error {
  override readonly name: string = "Refused";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const CAUSES_MAX = 5;

/**
 * Whatever was thrown, as it is stored: bounded, with the stacks of its causes. Never throws, though
 * what was thrown may be anything, also an object whose properties throw in their turn.
 */
export function errorFact(thrown: unknown): ErrorFact {
  try {
    if (!(thrown instanceof Error)) return { code: "threw", message: cut(describe(thrown)) };
    const code = thrown instanceof Refused ? thrown.code : "threw";
    const stack = stackOf(thrown);
    const message = cut(named(thrown));
    return stack === "" ? { code, message } : { code, message, stack };
  } catch {
    // A getter of the thrown object threw: there is nothing to be read from it.
    return { code: "threw", message: "The handler threw something that cannot be read." };
  }
}

/** `TypeError: x is not a function`; a plain Error's name says nothing. */
function named(error: Error): string {
  const name = String(error.name);
  const message = String(error.message);
  if (error instanceof Refused || name === "Error") return message === "" ? "Error" : message;
  return message === "" ? name : `${name}: ${message}`;
}

function stackOf(error: Error): string {
  const parts: string[] = [];
  let here: unknown = error;
  while (here instanceof Error && parts.length < CAUSES_MAX) {
    const lead = parts.length === 0 ? "" : "Caused by: ";
    parts.push(lead + String(here.stack ?? named(here)));
    here = here.cause;
  }
  return parts.join("\n").slice(0, LIMITS.ERROR_STACK_CHARS_MAX);
}

function describe(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : Bun.inspect(thrown, { depth: 2 });
}

const cut = (text: string): string => text.slice(0, LIMITS.ERROR_MESSAGE_CHARS_MAX);
