/** An own property of an object; `undefined` of anything else. Payloads are hostile: no prototype is ever asked. */
export function fieldOf(payload: unknown, name: string): unknown {
  if (typeof payload !== "object" || payload === null || !Object.hasOwn(payload, name))
    return undefined;
  return (payload as Record<string, unknown>)[name];
}

/** A text that is not empty, or a number in digits; `null` for anything else. */
export function textAt(payload: unknown, ...names: readonly string[]): string | null {
  let here = payload;
  for (const name of names) here = fieldOf(here, name);
  if (typeof here === "string") return here === "" ? null : here;
  return typeof here === "number" ? String(here) : null;
}

/** An id made of several, none of which is enough; `null` when one is absent. */
export const joined = (...parts: readonly (string | null)[]): string | null =>
  parts.includes(null) ? null : parts.join("/");
