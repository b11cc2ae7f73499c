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

/** A configuration whose sources bear these names. */
export type ConfigOf<Names extends string> = Omit<Config, "sources"> & {
  /** By name (`[a-z0-9-]`, at most 64): each receives at `/in/<name>`. */
  readonly sources?: { readonly [Name in Names]: SourceConfig };
};

/** The same as `defineConfig` returns it. */
export type DefinedConfig<Names extends string> = ConfigOf<Names> &
  Required<Pick<ConfigOf<Names>, "sources">>;

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
  readonly reconcile?: ReconcileConfig | false;
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

/**
 * Asking the provider for what should have come. On for providers that can be asked, as soon as what that
 * takes (`apiKey`, `credentials`) is given; `reconcile: false` turns it off.
 */
export interface ReconcileConfig {
  /** Between sweeps. Default `"15m"`; `false`: only at the start and on demand. */
  readonly every?: Duration | false;
  /** How far each sweep looks back before the end of the last one. Default: what the provider needs. */
  readonly overlap?: Duration;
  /** Per connection: an event at least every …, or the provider is asked for that connection. */
  readonly expect?: {
    readonly every: Duration;
    /** How much later is still well. Default a tenth of `every`. */
    readonly grace?: Duration;
    /** After how many deadlines in a row without anything new an alert is raised. Default 3. */
    readonly alertAfter?: number;
  };
  /** Calls to the provider at a time. Default 2. */
  readonly concurrency?: number;
  /** Calls to the provider, `"5/s"`, `"100/m"`. Default: what the provider allows. */
  readonly rate?: string | { readonly perSecond: number; readonly burst?: number };
  /**
   * Your own way to list what happened, in place of the provider's: oldest first, since `since`. `cursor` is
   * what the last call returned, `null` at first.
   */
  list?(request: {
    readonly since: Date;
    readonly cursor: string | null;
    readonly signal: AbortSignal;
  }): Missed | Promise<Missed>;
  /** Your own way to ask for one connection. */
  fetch?(request: {
    readonly connection: string;
    readonly signal: AbortSignal;
  }): Missed | Promise<Missed>;
}

/**
 * What your own `list` and `fetch` return: payloads as the sender would have posted them. They are named by
 * the same rules as webhooks, so that what a webhook brought already counts once. At most 10,000 at a time.
 */
export type Missed =
  | readonly unknown[]
  | {
      readonly events?: readonly unknown[];
      /** Where headers count as well. */
      readonly requests?: readonly {
        readonly headers: Readonly<Record<string, string>>;
        readonly payload: unknown;
      }[];
      /** Kept, and given back with the next call. At most 3 KiB. */
      readonly cursor?: string | null;
      /** Call again at once, with `cursor`. */
      readonly more?: boolean;
    }
  | null
  | undefined;

/** A subscriber: where events are sent on to. */
export interface EndpointConfig {
  /** https, and public unless `network.allowPrivate` says otherwise. Needed, but for `strategy: "pull"`. */
  readonly url?: string;
  /** Which events, exact or with `*`. Default all. */
  readonly types?: readonly string[];
  /** Which payloads: an object that mirrors them, e.g. `{ amount: { $gte: 1000 } }`. */
  readonly filter?: EndpointFilterConfig;
  /** `whsec_…` (Standard Webhooks, v1) or `whsk_…` (v1a). Of several all sign. Default: one is made. */
  readonly secret?: string | readonly string[];
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How the subscriber knows us, beside the signature. */
  readonly auth?: EndpointAuthConfig;
  /** `push` one event a request (default), `batch` several, or `pull`: the subscriber comes for them. */
  readonly strategy?: "push" | "batch" | "pull";
  /** Of `batch`: up to `items` (default 100), or what there is after `wait` (default `"1s"`). */
  readonly batch?: { readonly items?: number; readonly wait?: Duration };
  /** `connection`: the events of one connection one after the other. Default `none`. */
  readonly order?: "none" | "connection";
  readonly rateLimit?: string | { readonly perSecond: number; readonly burst?: number };
  /** Requests at a time. Default 10. */
  readonly concurrency?: number;
  /** Of one request. Default `"15s"`. */
  readonly timeout?: Duration;
  /** Default: at once, then after 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, each varied a little. */
  readonly retry?: RetryConfig | readonly Duration[];
  /** A 2xx is not enough: the subscriber has this long to post to the URL that it is given. */
  readonly confirm?: Duration;
  /** What comes is kept for it, and waits. */
  readonly paused?: boolean;
}

/** One of the four. */
export type EndpointAuthConfig =
  | { readonly basic: { readonly username: string; readonly password: string } }
  | { readonly bearer: string }
  | { readonly header: { readonly name: string; readonly value: string } }
  | {
      /** Client credentials (RFC 6749, 4.4); tokens are kept until they end. */
      readonly oauth2: {
        readonly tokenUrl: string;
        readonly clientId: string;
        readonly clientSecret: string;
        readonly scope?: string;
        readonly audience?: string;
      };
    };

/** A value that must be equal, operators, or the same one level deeper. Keys are names, dotted paths or JSON Pointers. */
export type EndpointFilterConfig = {
  readonly [field: string]: FilterValueConfig;
};

export type FilterValueConfig =
  | string
  | number
  | boolean
  | null
  | readonly FilterValueConfig[]
  | { readonly [field: string]: FilterValueConfig };
