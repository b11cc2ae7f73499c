import { LIMITS } from "../base/limits.ts";
import type { SourceSettings } from "../config/settings.ts";

/**
 * The source that `dev` makes of any path under /in that nobody configured: unverified, without a
 * handler. Its type is the payload's `type`, which most senders have.
 */
export function openProvisional(name: string): SourceSettings {
  return {
    name,
    provider: "custom",
    secrets: [],
    publicKey: null,
    verifyToken: null,
    credentials: null,
    apiKey: null,
    baseUrl: null,
    whenUnavailable: "reject",
    verify: { scheme: "none" },
    event: {
      items: null,
      id: null,
      type: "/type",
      connection: null,
      occurredAt: null,
      sequence: null,
      dedupe: "id",
    },
    handler: false,
    schemas: [],
    order: "strict",
    onStale: "process",
    timeoutMs: 30_000,
    retry: {
      attempts: 5,
      baseMs: 1_000,
      factor: 2,
      maxMs: 3_600_000,
      jitter: "full",
      delaysMs: null,
    },
    rateLimit: null,
    bodyBytesMax: LIMITS.BODY_BYTES_DEFAULT,
    reconcile: null,
    supervise: { intensity: 5, periodMs: 60_000 },
  };
}
