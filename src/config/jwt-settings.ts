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
