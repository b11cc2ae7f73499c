import { createHash } from "node:crypto";
import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { Fetched } from "./bounded-fetch.ts";
import { checkDates } from "./certificate.ts";
import type { KeyPlace, KeySet } from "./key-service.ts";
import { keysByNetwork, keysPastedOr } from "./key-source.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import { PLAID_TYPES, plaidPayload } from "./plaid-samples.ts";
import type { Preset, ProviderDeps } from "./provider.ts";
import { keyOfJwk } from "./public-keys.ts";
import { plaidRecovery } from "./recovery/plaid.ts";
import { jsonSample } from "./sample.ts";
import { sampleKey } from "./sample-key.ts";
import { parseJws, signJws } from "./schemes/jws.ts";
import { judgeJwt } from "./schemes/jwt-rules.ts";
import { failed, type VerifyLater } from "./schemes/scheme.ts";
import { deliveryOf, NO_RULES } from "./token-claims.ts";

const HEADER = "plaid-verification";
const HOUR_MS = 3_600_000;
/** From Plaid's sample code, not from its reference. */
const TOLERANCE_S = 300;
const RULES = {
  ...NO_RULES,
  required: ["iat", "request_body_sha256"],
  bodyHash: { claim: "request_body_sha256", algorithm: "sha256", encoding: "hex" },
  maxAgeS: TOLERANCE_S,
} as const;

/**
 * Plaid: a JWT (ES256) that binds the body by its hash, its key asked of Plaid's API by id. The sandbox
 * is `baseUrl: "https://sandbox.plaid.com"`. Payloads have no id: see `deliveryOf`.
 * Connection, unless `event.connection` says otherwise: the item, else the user.
 */
export const plaid: Preset = {
  name: "plaid",
  title: "Plaid",
  source:
    "https://plaid.com/docs/api/webhooks/webhook-verification/ and plaid-openapi (read 2026-11-22)",
  needs: {
    secrets: "unused",
    publicKey: "optional",
    verifyToken: "unused",
    credentials: "required",
    apiKey: "unused",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies:
      "`Plaid-Verification`: a JWT (ES256) with the body's SHA-256, with a key of Plaid's API; at most five minutes old or ahead.",
    secretHelp:
      "Dashboard, Developers, Keys: `credentials: { clientId, clientSecret }`, of the same environment as `baseUrl` (default production). The URL is given with each Link token or item.",
    connection: "The item (`item_id`), else the user (`user_id`).",
    identity: "No id is sent: the body's SHA-256 with the time at which it was signed.",
    retryWindow: "Up to 24 hours, unless more than 90 % of a day's were refused.",
    recovery:
      "can be listed: the status of items whose access tokens stand in `credentials` under the item's id, as `item.updated`, `item.errored` and so on; the webhooks themselves not.",
    provenBy: "own signer only",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: (source, deps) => ({
    verify: verifyPlaid(source, deps),
    split: openSplit(source.event, (payload, inbound) => ({
      id: deliveryOf(inbound, HEADER),
      type: typeOf(payload),
      connection: fieldOf(payload, "item_id") ?? fieldOf(payload, "user_id"),
    })),
    methods: [],
    /** Plaid's reference takes any other answer for a failure. */
    acceptedStatus: 200,
  }),
  recovery: plaidRecovery,
  sampleTypes: PLAID_TYPES,
  sample(type, at, id, source) {
    const payload = plaidPayload(type, id);
    if (payload === null) return err(`${type} is no type of Plaid's; try ${PLAID_TYPES[0]}`);
    const key = sampleKey(source, "P-256");
    if (!key.ok) return key;
    const sample = jsonSample(payload);
    const claims = {
      iat: Math.floor(at / 1000),
      request_body_sha256: createHash("sha256").update(sample.body).digest("hex"),
    };
    const head = { alg: "ES256", kid: "6c5516e1-92dc-479e-a8ff-5a51992e0001", typ: "JWT" } as const;
    const token = signJws(head, Buffer.from(JSON.stringify(claims)), key.value);
    return ok({ ...sample, headers: { ...sample.headers, [HEADER]: token } });
  },
};

function typeOf(payload: unknown): string | null {
  const [type, code] = [fieldOf(payload, "webhook_type"), fieldOf(payload, "webhook_code")];
  if (typeof type !== "string") return typeof code === "string" ? code : null;
  return typeof code === "string" ? `${type}.${code}` : type;
}

function verifyPlaid(source: SourceSettings, { keys }: ProviderDeps): VerifyLater {
  const network = keysByNetwork((kid) => keyPlace(kid, source), keys);
  const find = keysPastedOr(source.publicKey, "P-256", network);
  return async (inbound) => {
    const given = inbound.header(HEADER);
    if (!given) return failed("signature_missing", `${HEADER} is absent.`);
    const jws = parseJws(given);
    if (jws?.algorithm !== "ES256" || !/^[A-Za-z0-9-]{1,64}$/.test(jws.kid)) {
      return failed("signature_mismatch", `${HEADER} is no JWT (ES256) with a key id.`);
    }
    const found = await find(jws.kid);
    if (!found.ok) return found;
    let failure = failed("signature_mismatch", "There is no key to verify with.");
    for (const key of found.value) {
      const judged = await judgeJwt(given, key, ["ES256"], RULES, inbound);
      if (judged.ok) {
        const outdated = checkDates(key, inbound.receivedAt);
        return outdated ?? ok({ scheme: "plaid", fingerprint: key.fingerprint });
      }
      failure = judged;
    }
    return failure;
  };
}

function keyPlace(kid: string, { baseUrl, credentials, name }: SourceSettings): KeyPlace {
  const base = baseUrl ?? "https://production.plaid.com";
  const { host, protocol } = new URL(base);
  const client_id = credentials?.["clientId"] ?? "";
  const secret = credentials?.["clientSecret"] ?? credentials?.["secret"] ?? "";
  return {
    asked: {
      url: `${base}/webhook_verification_key/get`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ client_id, secret, key_id: kid }),
    },
    name: `${base} ${client_id} ${kid}`,
    scope: name,
    allowed: (asked) => asked === host,
    plain: protocol === "http:",
    login: null,
    // From memory, not from Plaid's reference. Anything else may be about us: then it is a 503.
    isUnknown: (answer) => /VERIFICATION_KEY/.test(String(fieldOf(answer.json(), "error_code"))),
    read: (answer) => keyIn(answer, kid),
    lifetimeMs: HOUR_MS,
  };
}

function keyIn(answer: Fetched, kid: string): KeySet | null {
  const jwk = fieldOf(answer.json(), "key");
  const key = keyOfJwk(jwk, "P-256");
  if (key === null) return null;
  const expired = fieldOf(jwk, "expired_at");
  const validUntil = typeof expired === "number" ? expired * 1000 : null;
  return new Map([[kid, { ...key, validUntil }]]);
}
