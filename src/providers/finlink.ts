import { createHash } from "node:crypto";
import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { finlinkLogin, finlinkUrl } from "./finlink-session.ts";
import { isNotFound, type KeyPlace } from "./key-service.ts";
import { keysByNetwork, keysPastedOr } from "./key-source.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { Preset, ProviderDeps } from "./provider.ts";
import { keyOfJwk } from "./public-keys.ts";
import { finlinkRecovery } from "./recovery/finlink.ts";
import { jsonSample } from "./sample.ts";
import { sampleKey } from "./sample-key.ts";
import { parseJws, signJws } from "./schemes/jws.ts";
import { judgeJwt } from "./schemes/jwt-rules.ts";
import { failed, type VerifyLater } from "./schemes/scheme.ts";
import { bodyBinding, deliveryOf, NO_RULES } from "./token-claims.ts";

const HEADER = "vumi-verification";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HOUR_MS = 3_600_000;

const TYPE = "connection.hint";
/** Where the connection may be named, in this order. The payload is not documented: `event.connection` goes before. */
const CONNECTION_FIELDS = ["connectionToken", "credentialsToken", "publicToken", "externalId"];

/**
 * Vumi Finlink: a webhook is a hint that something changed at a connection, and nothing in it is relied on
 * but which one; what changed is asked of the API. Neither payload nor event names, ids and claims are
 * documented. So the type is always `connection.hint`; the token's `exp` and `nbf` count if present, a
 * claim called like a SHA-256 must be the body's, and without one the proof says that the body is not
 * bound; no age is too old. At worst, a repeated or forged hint makes one question too many.
 */
export const finlink: Preset = {
  name: "finlink",
  title: "Vumi Finlink",
  source: "https://docs.vumi.io/developer-resources/webhooks-and-security (read 2026-11-22)",
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
      "`vumi-verification`: a JWT (ES256), with a key of Finlink's API; if it has a claim with the body's SHA-256, that as well.",
    secretHelp:
      "Console, App Settings, App Client: `credentials: { clientId, clientSecret }`, used by this process alone, since Finlink keeps one session per pair. The URL goes into the same page.",
    connection:
      "The first of `connectionToken`, `credentialsToken`, `publicToken` and `externalId` that the payload has.",
    identity: "No id is documented: the body's SHA-256 with the token's `jti` or `iat`.",
    retryWindow: "Not documented; there is one, after which a webhook is lost.",
    recovery:
      "can be listed: the state of all connections, as long as they exist, and not the webhooks: each change becomes `connection.created`, `.imported`, `.updated`, `.update_failed`, `.errored`, `.update_token`, `.restore_token` or `.deleted`, and a public token that waits to be exchanged `connection.pending`. What changed twice between two looks is seen once, as it is in the end.",
    provenBy: "own signer only",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: (source, deps) => ({
    verify: verifyFinlink(source, deps),
    split: openSplit(source.event, (payload, inbound) => ({
      id: deliveryOf(inbound, HEADER),
      type: TYPE,
      connection: connectionOf(payload),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: finlinkRecovery,
  login: finlinkLogin,
  sampleTypes: [TYPE],
  sample(type, at, id, source) {
    if (type !== TYPE) return err(`${type} is no type of Finlink's; try ${TYPE}`);
    const key = sampleKey(source, "P-256");
    if (!key.ok) return key;
    const sample = jsonSample({ connectionToken: `SAMPLE${id}`.slice(0, 40), externalId: "ada" });
    const claims = {
      iat: Math.floor(at / 1000),
      request_body_sha256: createHash("sha256").update(sample.body).digest("hex"),
    };
    const head = { alg: "ES256", kid: "0b1c5d7e-4f3a-4b6e-9a51-3c2d1e0f9a8b", typ: "JWT" } as const;
    const token = signJws(head, Buffer.from(JSON.stringify(claims)), key.value);
    return ok({ ...sample, headers: { ...sample.headers, [HEADER]: token } });
  },
};

function connectionOf(payload: unknown): unknown {
  for (const name of CONNECTION_FIELDS) {
    const value = fieldOf(payload, name);
    if (typeof value === "string" && value !== "") return value;
  }
  return null;
}

function verifyFinlink(source: SourceSettings, { keys }: ProviderDeps): VerifyLater {
  const network = keysByNetwork((kid) => keyPlace(kid, source), keys);
  const find = keysPastedOr(source.publicKey, "P-256", network);
  return async (inbound) => {
    const given = inbound.header(HEADER);
    if (!given) return failed("signature_missing", `${HEADER} is absent.`);
    const jws = parseJws(given);
    const right = jws?.algorithm === "ES256" && fieldOf(jws.header, "typ") === "JWT";
    if (jws === null || !right || !UUID.test(jws.kid)) {
      return failed("signature_mismatch", `${HEADER} is no JWT (ES256) with a key id.`);
    }
    const found = await find(jws.kid);
    if (!found.ok) return found;
    let failure = failed("signature_mismatch", "There is no key to verify with.");
    for (const key of found.value) {
      const judged = await judgeJwt(given, key, ["ES256"], NO_RULES, inbound);
      if (judged.ok) {
        const binding = bodyBinding(judged.value, inbound);
        if (binding === "wrong") {
          return failed("signature_mismatch", "The token is of another body.");
        }
        const scheme = binding === "right" ? "finlink" : "finlink (body not bound)";
        return ok({ scheme, fingerprint: key.fingerprint });
      }
      failure = judged;
    }
    return failure;
  };
}

/** The key is a bare JWK without id, use or end: it is the one that was asked for. */
function keyPlace(kid: string, source: SourceSettings): KeyPlace {
  const base = finlinkUrl(source);
  const { host, protocol } = new URL(base);
  return {
    asked: {
      url: `${base}/api/v1/webhook_verification/${kid}`,
      method: "GET",
      headers: { accept: "application/json" },
      body: null,
    },
    name: `${base} ${source.credentials?.["clientId"] ?? ""} ${kid}`,
    scope: source.name,
    allowed: (asked) => asked === host,
    plain: protocol === "http:",
    login: finlinkLogin(source),
    isUnknown: isNotFound,
    read: (answer) => {
      const key = keyOfJwk(answer.json(), "P-256");
      return key === null ? null : new Map([[kid, key]]);
    },
    lifetimeMs: HOUR_MS,
  };
}
