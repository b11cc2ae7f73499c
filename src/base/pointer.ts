/**
 * JSON Pointer (RFC 6901): what it leads to, or `undefined`. Own properties only, so that a payload
 * cannot lead to `__proto__` or `constructor`.
 */
export function resolvePointer(document: unknown, pointer: string): unknown {
  if (pointer === "") return document;
  if (!pointer.startsWith("/")) return undefined;
  let here: unknown = document;
  for (const raw of pointer.slice(1).split("/")) {
    const token = raw.includes("~") ? raw.replaceAll("~1", "/").replaceAll("~0", "~") : raw;
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, token)) return undefined;
    here = (here as Record<string, unknown>)[token];
  }
  return here;
}

/** Whether `pointer` is well formed: empty, or `/`-led with `~` only as `~0` and `~1`. */
export function isPointer(pointer: string): boolean {
  return pointer === "" || (pointer.startsWith("/") && !/~(?![01])/.test(pointer));
}
