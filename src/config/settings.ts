import type { JwtAlgorithm, JwtSettings } from "./jwt-settings.ts";

/**
 * The configuration as the process uses it: validated, resolved (environment read, paths absolute,
 * durations in ms, sizes in bytes, every default filled in) and plain JSON. The team's functions are not
 * in it: they live in the handler hosts, which import the configuration themselves; here is only whether they exist.
 */
export interface Settings {
  /** Absolute path of `longstop.config.ts`; `null` in `dev` without one. */
  readonly configPath: string | null;
  readonly listen: { readonly public: Address; readonly admin: Address };
  /** As providers see it, without a trailing slash; several schemes sign the URL. */
  readonly publicUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  readonly sources: Readonly<Record<string, SourceSettings>>;
  /** Outgoing: endpoints by name. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  readonly network: { readonly allowPrivate: readonly string[] };
  readonly handlers: { readonly hosts: number; readonly memoryBytesMax: number };
  /** How long a dedupe key is unique. Default 30 days. */
  readonly dedupeMs: number;
  /** `dev`: any path under /in is accepted, unverified; loopback only; no login. */
  readonly development: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface SourceSettings {
  readonly name: string;
  readonly provider: string;
  /** Any of them may match, so that one can be replaced by the next without a gap. */
  readonly secrets: readonly string[];
  readonly publicKey: string | null;
  readonly verifyToken: string | null;
  readonly credentials: Readonly<Record<string, string>> | null;
  readonly apiKey: string | null;
  readonly baseUrl: string | null;
  /** When a key cannot be asked for: take the request and verify it later, or refuse it with a 503. */
  readonly whenUnavailable: "hold" | "reject";
  /** Required for `custom`; a preset brings its own. */
  readonly verify: VerifySettings | null;
  readonly event: EventSettings | null;
  /** Whether `onEvent` is given. */
  readonly handler: boolean;
  /** Event types (exact or glob) that have a schema. */
  readonly schemas: readonly string[];
  readonly order: "strict" | "relaxed";
  readonly onStale: "process" | "skip";
  readonly timeoutMs: number;
  readonly retry: RetrySettings;
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | null;
  readonly bodyBytesMax: number;
  /** `null`: what was missed is not asked for. Presets that can be asked have a default. */
  readonly reconcile: ReconcileSettings | null;
  readonly supervise: { readonly intensity: number; readonly periodMs: number };
}

/**
 * `delaysMs[i]` is the wait before attempt i+2 when the policy is a list; otherwise exponential:
 * `min(max, base * factor^(n-1))`, drawn from [0, that] when `jitter` is full. `attempts` counts the first.
 */
export interface RetrySettings {
  readonly attempts: number;
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitter: "full" | "none";
  readonly delaysMs: readonly number[] | null;
}

/** A generic scheme, combined at will. Secrets are inside it or, if absent there, the source's `secrets`. */
export type VerifySettings =
  | {
      readonly scheme: "hmac";
      readonly algorithm: "sha1" | "sha256" | "sha384" | "sha512";
      readonly encoding: "hex" | "base64" | "base64url";
      readonly header: string;
      /** Text before the signature inside the header, e.g. `sha256=`. */
      readonly prefix: string;
      /** What is signed: `{body}`, `{header:<name>}`, `{url}`, `{path}`, `{method}` and literal text. */
      readonly signed: string;
      readonly timestamp: TimestampSettings | null;
      readonly secrets: readonly string[];
      /** How the secret's text becomes key bytes. */
      readonly secretEncoding: "utf8" | "hex" | "base64";
    }
  | {
      readonly scheme: "standard-webhooks";
      readonly secrets: readonly string[];
      readonly toleranceS: number;
    }
  | { readonly scheme: "basic"; readonly username: string; readonly passwords: readonly string[] }
  | {
      readonly scheme: "bearer";
      readonly header: string;
      readonly prefix: string;
      readonly secrets: readonly string[];
    }
  | SignatureSettings
  | JwtSettings
  | {
      readonly scheme: "oauth2";
      readonly jwksUrl: string;
      readonly algorithms: readonly JwtAlgorithm[];
      readonly issuer: string;
      readonly audience: readonly string[];
      /** All of them must be granted. */
      readonly scopes: readonly string[];
      readonly toleranceS: number;
    }
  | {
      readonly scheme: "ip-allow-list";
      /** In CIDR notation. */
      readonly addresses: readonly string[];
      /**
       * Who may say, in `header`, on whose behalf it calls: that many proxies in front of this process, or
       * the networks that they are in. 0: nobody, the peer itself counts.
       */
      readonly proxies: number | readonly string[];
      readonly header: string;
    }
  | { readonly scheme: "none" }
  | { readonly scheme: "all"; readonly of: readonly VerifySettings[] }
  | { readonly scheme: "any"; readonly of: readonly VerifySettings[] };

/** A signature made with a private key, over a template as of `hmac`. */
export interface SignatureSettings {
  readonly scheme: "ed25519" | "ecdsa";
  /** Of `ecdsa`; of `ed25519` without meaning. */
  readonly curve: "P-256" | "P-384" | "P-521";
  readonly hash: "sha256" | "sha384" | "sha512";
  /** `raw`: r and s one behind the other, as JOSE and WebCrypto write them. */
  readonly format: "der" | "raw";
  readonly encoding: "hex" | "base64" | "base64url";
  readonly header: string;
  readonly prefix: string;
  readonly signed: string;
  readonly timestamp: TimestampSettings | null;
  /** PEM, or bare hexadecimal or base 64. Any of them may match. */
  readonly publicKeys: readonly string[];
}

export interface TimestampSettings {
  readonly header: string;
  readonly unit: "s" | "ms" | "iso";
  readonly toleranceS: number;
}

/** Where things are in a payload: JSON Pointers (RFC 6901), relative to the item when `items` is given. */
export interface EventSettings {
  /** To the array of a batch; `null`: one request is one event. */
  readonly items: string | null;
  readonly id: string | null;
  readonly type: string | null;
  readonly connection: string | null;
  readonly occurredAt: string | null;
  readonly sequence: string | null;
  /** `id`: the provider's id where present, else the body's hash. `body`: always the hash. */
  readonly dedupe: "id" | "body";
}

export interface ReconcileSettings {
  /** Between sweeps, jittered; `null`: only at the start and on demand. */
  readonly everyMs: number | null;
  /** How far before the cursor each sweep begins. */
  readonly overlapMs: number;
  readonly expect: {
    readonly everyMs: number;
    readonly graceMs: number;
    /** Deadlines in a row whose poll brought nothing new before an alert is raised. */
    readonly alertAfter: number;
  } | null;
  /** Calls at a time, and a second, to this source's provider. */
  readonly concurrency: number;
  readonly perSecond: number;
  /** Which functions of the team's own are given; they run in the handler hosts. */
  readonly list: boolean;
  readonly fetch: boolean;
}

/** A subscriber, of the configuration or registered at run time. */
export interface EndpointSettings {
  readonly url: string;
  /** Exact or globs; never empty: `["*"]` is all. */
  readonly types: readonly string[];
  /** On the payload; `null`: all. */
  readonly filter: EndpointFilter | null;
  /** `whsec_…` (HMAC, v1) or `whsk_…` (Ed25519, v1a); `null`: one is made. Of several all sign. */
  readonly secret: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: EndpointAuth | null;
  readonly strategy: "push" | "batch" | "pull";
  /** Of `batch`: up to `items` events, or what there is after `waitMs`, in one POST. */
  readonly batch: { readonly items: number; readonly waitMs: number };
  readonly order: "none" | "connection";
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | null;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly retry: RetrySettings;
  /** How long the subscriber has to say that it is done; `null`: a 2xx is enough. */
  readonly confirmMs: number | null;
  readonly paused: boolean;
}

/** Every field must match: a value is compared as it is, an object of operators by them. Keys are JSON Pointers or dotted paths. */
export type EndpointFilter = Readonly<Record<string, unknown>>;

export type EndpointAuth =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | {
      readonly kind: "oauth2";
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | null;
      readonly audience: string | null;
    };
