import type { FanOut } from "../../src/journal/sending.ts";

/** Nobody has registered an endpoint. */
export const noEndpoints: FanOut = { match: () => [], owed: () => undefined };
