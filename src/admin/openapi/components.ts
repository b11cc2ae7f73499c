import type { TSchema } from "@sinclair/typebox";

/** Named schemas of a document, each written out once and referred to elsewhere. */
export class Components {
  readonly schemas: Record<string, unknown> = {};

  /** The schema as the document shows it: what bears an `$id` becomes a reference. */
  refer(schema: TSchema): unknown {
    const id = schema.$id;
    if (id === undefined) return this.#plain(schema);
    if (!Object.hasOwn(this.schemas, id)) {
      this.schemas[id] = null;
      this.schemas[id] = this.#plain(schema);
    }
    return { $ref: `#/components/schemas/${id}` };
  }

  #plain(schema: object): unknown {
    const shown: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(schema)) {
      // `$id` is the reference's name now; `allowed` words our own refusals.
      if (name === "$id" || name === "allowed") continue;
      shown[name] = this.#value(value);
    }
    return oneOfWords(shown);
  }

  #value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#value(item));
    if (typeof value !== "object" || value === null) return value;
    return "$id" in value ? this.refer(value as TSchema) : this.#plain(value);
  }
}

/** A choice between words reads better, and generates better clients, as an enumeration. */
function oneOfWords(shown: Record<string, unknown>): unknown {
  const { anyOf, ...rest } = shown;
  if (!Array.isArray(anyOf) || anyOf.length === 0) return shown;
  const words = anyOf.map((option: Record<string, unknown>) => option["const"]);
  if (!words.every((word) => typeof word === "string")) return shown;
  return { ...rest, type: "string", enum: words };
}
