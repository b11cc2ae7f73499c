/** `secrets` here or, if absent, those of the source. */
export type VerifyConfig =
  | HmacConfig
  | {
      readonly scheme: "standard-webhooks";
      readonly secrets?: string | readonly string[];
      readonly toleranceS?: number;
    }
  | {
      readonly scheme: "basic";
      readonly username: string;
      readonly passwords?: string | readonly string[];
    }
  | BearerConfig
  | SignatureConfig
  | JwtConfig
  | Oauth2Config
  | IpAllowListConfig
  | { readonly scheme: "none" }
  | { readonly scheme: "all" | "any"; readonly of: readonly VerifyConfig[] };

export interface HmacConfig {
  readonly scheme: "hmac";
  /** Default `sha256`. */
  readonly algorithm?: "sha1" | "sha256" | "sha384" | "sha512";
  /** Of the signature. Default `hex`. */
  readonly encoding?: "hex" | "base64" | "base64url";
  /** That carries the signature. */
  readonly header: string;
  /** Before the signature inside the header, e.g. `sha256=`. */
  readonly prefix?: string;
  /** What is signed, of `{body}`, `{header:<name>}`, `{url}`, `{path}`, `{method}` and text. Default `{body}`. */
  readonly signed?: string;
  readonly timestamp?: {
    readonly header: string;
    /** Default `s`. */
    readonly unit?: "s" | "ms" | "iso";
    /** Older or newer ones are refused. Default 300. */
    readonly toleranceS?: number;
  };
  readonly secrets?: string | readonly string[];
  /** How a secret's text becomes key bytes. Default `utf8`. */
  readonly secretEncoding?: "utf8" | "hex" | "base64";
}

/** A shared secret sent as it is. `bearer`: `Authorization: Bearer …`; `api-key`: `X-Api-Key: …`; both can be changed. */
export interface BearerConfig {
  readonly scheme: "bearer" | "api-key";
  readonly header?: string;
  readonly prefix?: string;
  readonly secrets?: string | readonly string[];
}

/** When the provider's keys cannot be asked for: take a request and verify it later (the default), or refuse it with a 503. */
export interface WhenUnavailable {
  readonly whenUnavailable?: "hold" | "reject";
}

/** A signature made with the sender's private key, over a template as of `hmac`. */
export interface SignatureConfig {
  readonly scheme: "ed25519" | "ecdsa";
  /** Of `ecdsa`. Default `P-256`. */
  readonly curve?: "P-256" | "P-384" | "P-521";
  /** Of `ecdsa`. Default: the one that goes with the curve. */
  readonly hash?: "sha256" | "sha384" | "sha512";
  /** Of `ecdsa`. `raw`: r and s one behind the other. Default `der`. */
  readonly format?: "der" | "raw";
  /** Of the signature. Default `hex` for ed25519, `base64` for ecdsa. */
  readonly encoding?: "hex" | "base64" | "base64url";
  readonly header: string;
  readonly prefix?: string;
  readonly signed?: string;
  readonly timestamp?: HmacConfig["timestamp"];
  /** PEM, or bare hexadecimal or base 64. Any of them may match. */
  readonly publicKeys?: string | readonly string[];
  readonly publicKey?: string;
}

export type JwtAlgorithms =
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

/** A JSON Web Token in a header. */
export interface JwtConfig {
  readonly scheme: "jwt";
  /** Default `Authorization: Bearer …`. */
  readonly header?: string;
  readonly prefix?: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUrl: string;
  /** Default RS256, ES256 and EdDSA. */
  readonly algorithms?: JwtAlgorithms | readonly JwtAlgorithms[];
  readonly issuer?: string;
  /** One of them must be among the token's. */
  readonly audience?: string | readonly string[];
  /** Claims that must have this value. */
  readonly claims?: Readonly<Record<string, string>>;
  /** Claims that must be there. */
  readonly required?: readonly string[];
  /** The claim that holds a hash of the body. Without one a token proves nothing about the body. */
  readonly bodyHash?: {
    readonly claim: string;
    /** Default `sha256`. */
    readonly algorithm?: "sha256" | "sha384" | "sha512";
    /** Default `hex`. */
    readonly encoding?: "hex" | "base64" | "base64url";
  };
  /** For `exp` and `nbf`. Default 60. */
  readonly toleranceS?: number;
  /** How far `iat` may be from the time of arrival. Default: it is not asked. */
  readonly maxAgeS?: number;
}

/** A bearer access token that is a JWT (RFC 9068); opaque tokens are not supported. */
export interface Oauth2Config {
  readonly scheme: "oauth2";
  readonly jwksUrl: string;
  readonly algorithms?: JwtAlgorithms | readonly JwtAlgorithms[];
  readonly issuer: string;
  readonly audience: string | readonly string[];
  /** All of them must be granted. */
  readonly scopes?: string | readonly string[];
  readonly toleranceS?: number;
}

/** Where requests may come from. Best together with another scheme, under `all`. */
export interface IpAllowListConfig {
  readonly scheme: "ip-allow-list";
  /** Networks, e.g. `192.0.2.0/24`. */
  readonly addresses: readonly string[];
  /** Behind proxies: how many there are, or their networks. Default 0: nobody else is believed. */
  readonly proxies?: number | readonly string[];
  /** In which proxies say for whom they call. Default `x-forwarded-for`. */
  readonly header?: string;
}
