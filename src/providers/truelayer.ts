import { verify as verifySignature } from "node:crypto";
import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { isNotFound, type KeyPlace, type PublicKey } from "./key-service.ts";
import { keysByNetwork, keysPastedOr } from "./key-source.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { Inbound, Preset, ProviderDeps } from "./provider.ts";
import { keySetOf } from "./public-keys.ts";
import { jsonSample } from "./sample.ts";
import { sampleKey } from "./sample-key.ts";
import { type Jws, parseJws, signJws } from "./schemes/jws.ts";
import { failed, type VerifyLater } from "./schemes/scheme.ts";
import { TRUELAYER_TYPES, truelayerPayload } from "./truelayer-samples.ts";

const KEYS = "https://webhooks.truelayer.com/.well-known/jwks";
const KEYS_SANDBOX = "https://webhooks.truelayer-sandbox.com/.well-known/jwks";
const STAMP = "x-tl-webhook-timestamp";
const HOUR_MS = 3_600_000;

/**
 * TrueLayer: a detached JWS (ES512) over method, path, the headers that it names, and the body. The path
 * is that of `publicUrl`. Keys come from TrueLayer's live key set alone, or, with
 * `baseUrl: "https://api.truelayer-sandbox.com"`, from the sandbox's alone: anybody can have the sandbox
 * sign. Connection, unless `event.connection` says otherwise: the payment, payout, refund or mandate.
 */
export const truelayer: Preset = {
  name: "truelayer",
  title: "TrueLayer",
  source:
    "https://docs.truelayer.com/docs/configure-webhooks-for-your-integration and truelayer-signing 0.2.3 (read 2026-11-22)",
  needs: {
    secrets: "unused",
    publicKey: "optional",
    verifyToken: "unused",
    credentials: "unused",
    apiKey: "unused",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies:
      "`Tl-Signature`: detached JWS (ES512) over method, path, the headers it names, and the body, with a key of TrueLayer's key set. No age is too old, as in TrueLayer's own library.",
    secretHelp:
      'Nothing is secret. Console, App Settings, Webhooks: paste the URL; set `publicUrl`, since its path is signed. For the sandbox: `baseUrl: "https://api.truelayer-sandbox.com"`.',
    connection: "The payment, payout, refund or mandate that it is about.",
    identity: "`event_id`.",
    retryWindow: "Up to 72 hours.",
    recovery: "cannot be listed; each payment or payout can be asked for by its id",
    provenBy: "vendor's signer truelayer-signing",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: (source, deps) => ({
    verify: verifyTruelayer(source, deps),
    split: openSplit(source.event, (payload, inbound) => ({
      id: fieldOf(payload, "event_id"),
      type: fieldOf(payload, "event_type") ?? fieldOf(payload, "type"),
      connection: connectionOf(payload),
      occurredAt: inbound.header(STAMP),
    })),
    methods: [],
    acceptedStatus: 202,
  }),
  sampleTypes: TRUELAYER_TYPES,
  sample(type, at, id, source, url) {
    const payload = truelayerPayload(type, at, id);
    if (payload === null)
      return err(`${type} is no type of TrueLayer's; try ${TRUELAYER_TYPES[0]}`);
    const key = sampleKey(source, "P-521");
    if (!key.ok) return key;
    const sample = jsonSample(payload, { [STAMP]: new Date(at).toISOString() });
    const jku = keySetUrl(source);
    const head = { alg: "ES512", kid: "sample", tl_version: "2", tl_headers: STAMP, jku } as const;
    const signed = signedBytes(new URL(url).pathname, [STAMP], {
      method: sample.method,
      body: sample.body,
      header: (name) => sample.headers[name] ?? null,
    });
    const [first, , third] = signJws(head, signed, key.value).split(".");
    return ok({ ...sample, headers: { ...sample.headers, "tl-signature": `${first}..${third}` } });
  },
};

function keySetUrl({ baseUrl }: SourceSettings): string {
  const host = baseUrl === null ? "" : new URL(baseUrl).hostname;
  if (baseUrl === null || /(?:^|\.)truelayer\.com$/.test(host)) return KEYS;
  return /(?:^|\.)truelayer-sandbox\.com$/.test(host)
    ? KEYS_SANDBOX
    : `${baseUrl}/.well-known/jwks`;
}

function verifyTruelayer(source: SourceSettings, { keys }: ProviderDeps): VerifyLater {
  const url = keySetUrl(source);
  const place = keySetPlace(url, source.name);
  const network = keysByNetwork(() => place, keys);
  const find = keysPastedOr(source.publicKey, "P-521", network);
  return async (inbound) => {
    const given = inbound.header("tl-signature");
    if (!given) return failed("signature_missing", "tl-signature is absent.");
    const jws = parseJws(given);
    const headers = jws === null ? null : headersOf(jws);
    if (jws === null || headers === null) {
      return failed("signature_mismatch", "tl-signature is no detached ES512 of version 2.");
    }
    const jku = fieldOf(jws.header, "jku");
    if (jku !== undefined && jku !== url) {
      return failed("signature_mismatch", `Keys are taken from ${url} alone.`);
    }
    const found = await find(jws.kid);
    if (!found.ok) return found;
    const path = URL.parse(inbound.publicUrl)?.pathname ?? "/";
    // Some proxies add or take a trailing slash: TrueLayer's library tries both as well.
    const paths = [path, path.endsWith("/") ? path.slice(0, -1) : `${path}/`];
    for (const key of found.value) {
      if (paths.some((each) => isSigned(jws, signedBytes(each, headers, inbound), key))) {
        return ok({ scheme: "truelayer", fingerprint: key.fingerprint });
      }
    }
    return failed(
      "signature_mismatch",
      "The signature was made over another path or other bytes; is publicUrl what TrueLayer calls?",
    );
  };
}

const SIGNED_HEADERS_MAX = 20;

/** The names of the signed headers; `null`: it is no signature of this kind. */
function headersOf(jws: Jws): readonly string[] | null {
  const names = fieldOf(jws.header, "tl_headers") ?? "";
  const right = jws.algorithm === "ES512" && fieldOf(jws.header, "tl_version") === "2";
  if (!right || jws.payload.length > 0 || typeof names !== "string") return null;
  const list = names.split(",").filter((name) => name !== "");
  const known = list.every((name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name));
  return known && list.length <= SIGNED_HEADERS_MAX ? list : null;
}

function signedBytes(
  path: string,
  names: readonly string[],
  request: Pick<Inbound, "method" | "body" | "header">,
): Buffer {
  const lines = names.map((name) => `${name}: ${request.header(name.toLowerCase()) ?? ""}\n`);
  return Buffer.concat([Buffer.from(`${request.method} ${path}\n${lines.join("")}`), request.body]);
}

function isSigned(jws: Jws, payload: Buffer, { key }: PublicKey): boolean {
  const signed = Buffer.from(`${jws.protected}.${payload.toString("base64url")}`);
  return verifySignature("sha512", signed, { key, dsaEncoding: "ieee-p1363" }, jws.signature);
}

function keySetPlace(url: string, scope: string): KeyPlace {
  const { host, protocol } = new URL(url);
  return {
    asked: { url, method: "GET", headers: { accept: "application/json" }, body: null },
    name: url,
    scope,
    allowed: (asked) => asked === host,
    plain: protocol === "http:",
    login: null,
    isUnknown: isNotFound,
    read: (answer) => keySetOf(answer.json(), "P-521"),
    lifetimeMs: HOUR_MS,
  };
}

const ABOUT = ["payment_id", "payout_id", "refund_id", "mandate_id", "transaction_id"];

function connectionOf(payload: unknown): unknown {
  for (const name of ABOUT) {
    const id = fieldOf(payload, name);
    if (typeof id === "string") return id;
  }
  return null;
}
