import type { TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import type { ValueErrorIterator } from "@sinclair/typebox/errors";
import { LIMITS } from "../../../base/limits.ts";
import { registerFormats } from "../../../config/event-schemas.ts";
import type { Schema } from "../../../config/types/schemas.ts";
import type { ErrorFact } from "../../../journal/facts.ts";
import { errorFact } from "./fault.ts";

/** Errors named in a dead letter: one wrong element of a long array brings one for each of its properties. */
const ERRORS_MAX = 20;

interface Compiled {
  readonly pattern: RegExp;
  readonly check: TypeCheck<TSchema>;
}

/** The schemas of one source, compiled. Of several that are for an event's type, the first counts. */
export class Schemas {
  readonly #compiled: readonly Compiled[];

  /** By event type, exact or with `*`. Throws for what is no schema: the configuration was checked before. */
  constructor(schemas: Readonly<Record<string, Schema>>) {
    registerFormats();
    this.#compiled = Object.entries(schemas).map(([type, schema]) => ({
      pattern: patternOf(type),
      // The public type knows nothing of TypeBox; that it is one of its schemas was checked.
      check: TypeCompiler.Compile(schema as unknown as TSchema),
    }));
  }

  /** `null` when the payload fits, or when no schema is for this type: then it is not even read. */
  fault(type: string, payload: () => unknown): ErrorFact | null {
    const check = this.#compiled.find(({ pattern }) => pattern.test(type))?.check;
    if (check === undefined) return null;
    try {
      const value = payload();
      return check.Check(value) ? null : invalid(check.Errors(value));
    } catch (error) {
      // Not even readable: it will not be on a later attempt either.
      return errorFact(error);
    }
  }
}

function patternOf(type: string): RegExp {
  const parts = type.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

/** Says where and what kind of value is there, never the value: payloads do not belong in errors. */
function invalid(errors: ValueErrorIterator): ErrorFact {
  const lines: string[] = [];
  for (const { path, message, value } of errors) {
    if (lines.length === ERRORS_MAX) {
      lines.push("and more");
      break;
    }
    lines.push(`${path === "" ? "/" : path}: ${message}, is ${kindOf(value)}`);
  }
  const message = lines.join("\n").slice(0, LIMITS.ERROR_MESSAGE_CHARS_MAX);
  return { code: "schema_invalid", message };
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "absent";
  return Array.isArray(value) ? "array" : typeof value;
}
