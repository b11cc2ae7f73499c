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
  /** Outgoing: endpoints by name. Kept as validated; used by sending. */
  readonly endpoints: Readonly<Record<string, unknown>>;
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
  readonly reconcile: Readonly<Record<string, unknown>> | null;
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

export type JwtAlgorithm =
  | "ES256"
  | "ES384"
  | "ES512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "EdDSA";

export interface JwtSettings {
  readonly scheme: "jwt";
  readonly header: string;
  readonly prefix: string;
  readonly jwksUrl: string;
  readonly algorithms: readonly JwtAlgorithm[];
  readonly issuer: string | null;
  /** One of them must be among the token's; empty: it is not asked. */
  readonly audience: readonly string[];
  /** Claims that must have this value. */
  readonly claims: Readonly<Record<string, string>>;
  /** Claims that must be there. */
  readonly required: readonly string[];
  /** The claim that binds the body; `null`: nothing does. */
  readonly bodyHash: BodyHashSettings | null;
  /** For `exp` and `nbf`. */
  readonly toleranceS: number;
  /** How far `iat` may be from the time of arrival, either way; `null`: it is not asked. */
  readonly maxAgeS: number | null;
}

export interface BodyHashSettings {
  readonly claim: string;
  readonly algorithm: "sha256" | "sha384" | "sha512";
  readonly encoding: "hex" | "base64" | "base64url";
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
