import type { Duration, OnEvent } from "./handler.ts";
import type { Schema } from "./schemas.ts";
import type { VerifyConfig, WhenUnavailable } from "./verify.ts";

/** The whole of `longstop.config.ts`. Relative paths are relative to that file. */
export interface Config {
  /** `"host:port"` each. Default: public `0.0.0.0:8080`, admin `127.0.0.1:8081`. */
  readonly listen?: { readonly public?: string; readonly admin?: string };
  /** How providers see this server, e.g. `https://hooks.example.com`; several sign the URL. */
  readonly publicUrl?: string;
  /** Where everything is kept. Default `./data`. */
  readonly dataDir?: string;
  /** By name (`[a-z0-9-]`, at most 64): each receives at `/in/<name>`. */
  readonly sources?: Readonly<Record<string, SourceConfig>>;
  /** By name: where events are sent on to. */
  readonly endpoints?: Readonly<Record<string, EndpointConfig>>;
  readonly network?: {
    /** Private addresses that may be called all the same, e.g. `127.0.0.1/32`; plain http to these only. */
    readonly allowPrivate?: readonly string[];
  };
  readonly handlers?: {
    /** Processes that run your handlers, 1 to 64. Default 2. */
    readonly hosts?: number;
    /** Memory of each, e.g. `"512MiB"` (the default). */
    readonly memory?: Size;
  };
  /** How long an event's id is remembered, so that a second arrival is a duplicate. Default `"30d"`. */
  readonly dedupe?: Duration;
}

/** Text: `"64KiB"`, `"5MiB"`; or a number of bytes. */
export type Size = string | number;

/** One sender. Which of its keys it needs depends on `provider`. */
export interface SourceConfig {
  /** A preset (`stripe`, `github`, `standard-webhooks`, …), or `custom` with `verify`. */
  readonly provider: string;
  /** Any of them may match, so that one can be replaced by the next without a gap. */
  readonly secrets?: string | readonly string[];
  readonly publicKey?: string;
  readonly verifyToken?: string;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly apiKey?: string;
  /** Of the provider's API. */
  readonly baseUrl?: string;
  /** How requests prove where they come from. `"none"` must be written out. */
  readonly verify?: (VerifyConfig & WhenUnavailable) | WhenUnavailable | "none";
  /** Where things are in a payload. */
  readonly event?: EventConfig;
  /** Your code. Without it an event is completed as soon as it is stored. */
  readonly onEvent?: OnEvent;
  /** By event type, exact or with `*`: what does not fit goes to the dead letters before `onEvent` runs. */
  readonly schemas?: Readonly<Record<string, Schema>>;
  /** While an event is retried its followers wait (`strict`, the default) or overtake it (`relaxed`). */
  readonly order?: "strict" | "relaxed";
  /** What to do with an event older than the newest one applied. Default `process`. */
  readonly onStale?: "process" | "skip";
  /** Of `onEvent`. Default `"30s"`. */
  readonly timeout?: Duration;
  readonly retry?: RetryConfig | readonly Duration[];
  /** Beyond it senders are answered 429: `"100/s"`, `"600/m"`, or in full. */
  readonly rateLimit?: string | { readonly perSecond: number; readonly burst?: number };
  /** Of a request, after inflation. Default 5 MiB or what the preset needs; at most 32 MiB. */
  readonly bodyLimit?: Size;
  readonly reconcile?: ReconcileConfig;
  /** More restarts than `intensity` within `period` halt a connection. Default 5 in `"1m"`. */
  readonly supervise?: { readonly intensity?: number; readonly period?: Duration };
}

/** JSON Pointers (RFC 6901) into the payload, e.g. `/data/id`; into the item when `items` is given. */
export interface EventConfig {
  /** To the array of a batch: each item is an event. */
  readonly items?: string;
  readonly id?: string;
  readonly type?: string;
  /** What the event is about: those that share it take turns, oldest first. */
  readonly connection?: string;
  readonly occurredAt?: string;
  /** The provider's own numbering within the connection. */
  readonly sequence?: string;
  /** What makes an event a duplicate: its `id` (default; where there is none, its bytes), or always its `body`. */
  readonly dedupe?: "id" | "body";
}

/** A list gives the wait before each further attempt; otherwise it grows by `factor` from `base` up to `max`. */
export interface RetryConfig {
  /** With the first. Default 5. */
  readonly attempts?: number;
  /** Default `"1s"`. */
  readonly base?: Duration;
  /** Default 2. */
  readonly factor?: number;
  /** Default `"1h"`. */
  readonly max?: Duration;
  /** `full` (default) draws each wait from nothing up to what is due; `none` waits exactly that. */
  readonly jitter?: "full" | "none";
}

/** Asking the provider for what should have come. */
export interface ReconcileConfig {
  readonly every?: Duration;
  /** Per connection: an event at least every …, or it is asked for. */
  readonly expect?: { readonly every: Duration; readonly grace?: Duration };
  list?(request: {
    readonly since: Date;
    readonly cursor: string | null;
    readonly signal: AbortSignal;
  }): unknown;
  fetch?(request: { readonly connection: string; readonly signal: AbortSignal }): unknown;
}

/** A subscriber. */
export interface EndpointConfig {
  readonly url: string;
  /** Which events, exact or with `*`. Default all. */
  readonly types?: readonly string[];
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly strategy?: "push" | "batch" | "pull";
  readonly order?: "none" | "connection";
  readonly rateLimit?: string | { readonly perSecond: number; readonly burst?: number };
  readonly concurrency?: number;
  readonly timeout?: Duration;
  readonly retry?: RetryConfig | readonly Duration[];
  readonly confirm?: Duration;
  readonly paused?: boolean;
}
