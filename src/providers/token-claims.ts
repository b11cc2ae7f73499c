import { createHash } from "node:crypto";
import { fieldOf } from "./payload.ts";
import type { Inbound } from "./provider.ts";
import { equalSignatures } from "./schemes/compare.ts";
import { jsonOf, parseJws } from "./schemes/jws.ts";

/** No bounds but those of the token itself. */
export const NO_RULES = {
  issuer: null,
  audience: [],
  claims: {},
  required: [],
  bodyHash: null,
  toleranceS: 300,
  maxAgeS: null,
} as const;

/**
 * What a delivery is known by where the payload has no id: its bytes, and what the token says of itself
 * (`jti`, else `iat`). Bytes alone would not do: such payloads say "something changed at X", word for
 * word the same each day, and the second day's must not pass for a repetition of the first's.
 */
export function deliveryOf(inbound: Inbound, header: string): string {
  const jws = parseJws(inbound.header(header) ?? "");
  const claims = jws === null ? null : jsonOf(jws.payload);
  const own = fieldOf(claims, "jti") ?? fieldOf(claims, "iat") ?? "";
  return `sha256:${Bun.SHA256.hash(inbound.body, "hex")}:${String(own).slice(0, 128)}`;
}

/**
 * Whether a token binds the body: `right` or `wrong` by any claim that is called like a SHA-256, `absent`
 * where there is none.
 */
export function bodyBinding(claims: object, inbound: Inbound): "right" | "wrong" | "absent" {
  const names = Object.keys(claims).filter((name) => /sha-?_?256/i.test(name));
  if (names.length === 0) return "absent";
  const hash = createHash("sha256").update(inbound.body).digest();
  const forms = [hash.toString("hex"), hash.toString("base64"), hash.toString("base64url")];
  const isRight = (name: string): boolean => {
    const given = fieldOf(claims, name);
    return typeof given === "string" && forms.some((form) => equalSignatures(form, given));
  };
  return names.every(isRight) ? "right" : "wrong";
}
