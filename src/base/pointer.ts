/**
 * JSON Pointer (RFC 6901): what it leads to, or `undefined`. Own properties only, so that a payload
 * cannot lead to `__proto__` or `constructor`.
 */
export function resolvePointer(document: unknown, pointer: string): unknown {
  const tokens = pointerTokens(pointer);
  return tokens === undefined ? undefined : followTokens(document, tokens);
}

/** The reference tokens of a pointer, unescaped, for those who follow the same one often; `undefined` if ill formed. */
export function pointerTokens(pointer: string): readonly string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  const tokens = pointer.slice(1).split("/");
  if (!pointer.includes("~")) return tokens;
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** As `resolvePointer`, with the pointer taken apart beforehand. */
export function followTokens(document: unknown, tokens: readonly string[]): unknown {
  let here: unknown = document;
  for (const token of tokens) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, token)) return undefined;
    here = (here as Record<string, unknown>)[token];
  }
  return here;
}

/** Whether `pointer` is well formed: empty, or `/`-led with `~` only as `~0` and `~1`. */
export function isPointer(pointer: string): boolean {
  return pointer === "" || (pointer.startsWith("/") && !/~(?![01])/.test(pointer));
}
