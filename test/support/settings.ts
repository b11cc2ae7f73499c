import { LIMITS } from "../../src/base/limits.ts";
import type {
  EventSettings,
  Settings,
  SourceSettings,
  VerifySettings,
} from "../../src/config/settings.ts";

/** A source as the configuration would give it, with every default filled in. */
export function sourceSettings(given: Partial<SourceSettings> = {}): SourceSettings {
  return {
    name: "shop",
    provider: "custom",
    secrets: [],
    publicKey: null,
    verifyToken: null,
    credentials: null,
    apiKey: null,
    baseUrl: null,
    whenUnavailable: "reject",
    verify: { scheme: "none" },
    event: null,
    handler: true,
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
    ...given,
  };
}

export function settings(
  sources: readonly SourceSettings[],
  given: Partial<Settings> = {},
): Settings {
  return {
    configPath: null,
    listen: { public: { host: "127.0.0.1", port: 0 }, admin: { host: "127.0.0.1", port: 0 } },
    publicUrl: null,
    dataDir: "/nowhere",
    sources: Object.fromEntries(sources.map((source) => [source.name, source])),
    endpoints: {},
    network: { allowPrivate: [] },
    handlers: { hosts: 1, memoryBytesMax: 2 ** 29 },
    dedupeMs: 30 * 86_400_000,
    development: false,
    ...given,
  };
}

type Hmac = Extract<VerifySettings, { scheme: "hmac" }>;

/** HMAC-SHA256 of the body in hex, unless told otherwise. */
export const hmacSettings = (given: Partial<Hmac> = {}): Hmac => ({
  scheme: "hmac",
  algorithm: "sha256",
  encoding: "hex",
  header: "x-signature",
  prefix: "",
  signed: "{body}",
  timestamp: null,
  secrets: ["s3cret"],
  secretEncoding: "utf8",
  ...given,
});

export const eventSettings = (given: Partial<EventSettings> = {}): EventSettings => ({
  items: null,
  id: null,
  type: null,
  connection: null,
  occurredAt: null,
  sequence: null,
  dedupe: "id",
  ...given,
});
