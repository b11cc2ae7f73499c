/** An own property of an object; `undefined` of anything else. Payloads are hostile: no prototype is ever asked. */
export function fieldOf(payload: unknown, name: string): unknown {
  if (typeof payload !== "object" || payload === null || !Object.hasOwn(payload, name))
    return undefined;
  return (payload as Record<string, unknown>)[name];
}
