const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A valid `traceparent` (W3C Trace Context, level 1), else `undefined`: the trace then starts here. */
export function traceOf(traceparent: string | null): string | undefined {
  return traceparent !== null && TRACEPARENT.test(traceparent) ? traceparent : undefined;
}
