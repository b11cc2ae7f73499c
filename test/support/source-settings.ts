import type { SourceSettings } from "../../src/config/settings.ts";

/** A source as its defaults make it, with a handler. */
export function sourceSettings(changes: Partial<SourceSettings> = {}): SourceSettings {
  return {
    name: "bank",
    provider: "custom",
    secrets: [],
    publicKey: null,
    verifyToken: null,
    credentials: null,
    apiKey: null,
    baseUrl: null,
    verify: { scheme: "none" },
    event: null,
    handler: true,
    schemas: [],
    order: "strict",
    onStale: "process",
    timeoutMs: 30_000,
    retry: { attempts: 5, baseMs: 1_000, factor: 2, maxMs: 16_000, jitter: "none", delaysMs: null },
    rateLimit: null,
    bodyBytesMax: 5 * 2 ** 20,
    reconcile: null,
    supervise: { intensity: 5, periodMs: 60_000 },
    ...changes,
  };
}
