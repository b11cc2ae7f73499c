import { sign, verify as verifySignature } from "node:crypto";
import { crc32 } from "node:zlib";
import { err, ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { checkDates, keyOfCertificates } from "./certificate.ts";
import { isNotFound, type KeyPlace } from "./key-service.ts";
import { keysByNetwork, keysPastedOr } from "./key-source.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import { PAYPAL_TYPES, paypalPayload } from "./paypal-samples.ts";
import type { Inbound, Preset, ProviderDeps } from "./provider.ts";
import { paypalLogin, paypalRecovery } from "./recovery/paypal.ts";
import { jsonSample } from "./sample.ts";
import { sampleKey } from "./sample-key.ts";
import { fingerprintOf } from "./schemes/compare.ts";
import { failed, type VerifyLater } from "./schemes/scheme.ts";
import { strictBytes } from "./schemes/strict-bytes.ts";

/** PayPal's API, live and sandbox: the certificates are served by it, at a path of this form. */
const CERTIFICATES =
  /^https:\/\/api(?:-m)?(?:\.sandbox)?\.paypal\.com\/v1\/notifications\/certs\/CERT-[A-Za-z0-9-]{1,100}$/;
const HOST = /^api(?:-m)?(?:\.sandbox)?\.paypal\.com$/;
const COMMON_NAME = /(?:^|\.)paypal\.com$/;
const DAY_MS = 86_400_000;

/**
 * PayPal, verified here and not by asking PayPal for each. The webhook's id is part of what is signed;
 * it is not much of a secret, but a request meant for another webhook does not pass. Of the certificate
 * are checked: PayPal's host over TLS, its dates, its name, and the links of a chain; not its root and
 * revocation.
 * Connection, unless `event.connection` says otherwise: the subscription or order that the resource
 * belongs to, else the resource itself.
 */
export const paypal: Preset = {
  name: "paypal",
  title: "PayPal",
  source:
    "https://developer.paypal.com/api/rest/webhooks/rest/ (self verification; read 2026-11-22)",
  needs: {
    secrets: "required",
    publicKey: "optional",
    verifyToken: "unused",
    credentials: "optional",
    apiKey: "unused",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies:
      "`PAYPAL-TRANSMISSION-SIG`: RSA (SHA-256) over transmission id, time, webhook id and the body's CRC-32, with the certificate at `PAYPAL-CERT-URL`, which must be PayPal's. No age is too old.",
    secretHelp:
      "Developer Dashboard, your app, Webhooks: the Webhook ID beside the URL goes into `secrets`. Events of PayPal's simulator are signed for the id `WEBHOOK_ID`: add that text while you test with it.",
    connection:
      "The subscription (`billing_agreement_id`) or order that the resource belongs to, else `resource.id`.",
    identity: "`id` (`WH-…`).",
    retryWindow: "Up to 25 times over 3 days.",
    recovery:
      'can be listed: webhooks-events of the app, back to 30 days; with `credentials: { clientId, clientSecret }`. Sandbox: `baseUrl: "https://api-m.sandbox.paypal.com"`.',
    provenBy: "own signer only",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: (source, deps) => ({
    verify: verifyPaypal(source, deps),
    split: openSplit(source.event, (payload) => ({
      id: fieldOf(payload, "id"),
      type: fieldOf(payload, "event_type"),
      connection: connectionOf(fieldOf(payload, "resource")),
      occurredAt: fieldOf(payload, "create_time"),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  recovery: paypalRecovery,
  login: paypalLogin,
  sampleTypes: PAYPAL_TYPES,
  sample(type, at, id, source) {
    const payload = paypalPayload(type, at, id);
    if (payload === null) return err(`${type} is no type of PayPal's; try ${PAYPAL_TYPES[0]}`);
    const key = sampleKey(source, "rsa");
    if (!key.ok) return key;
    const time = new Date(at).toISOString();
    const sample = jsonSample(payload, {
      "paypal-transmission-id": id,
      "paypal-transmission-time": time,
      "paypal-auth-algo": "SHA256withRSA",
      "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-sample",
    });
    const webhook = source.secrets.find((secret) => !secret.includes("PRIVATE KEY"));
    const signed = `${id}|${time}|${webhook ?? "WEBHOOK_ID"}|${crc32(sample.body)}`;
    const signature = sign("sha256", Buffer.from(signed), key.value).toString("base64");
    return ok({ ...sample, headers: { ...sample.headers, "paypal-transmission-sig": signature } });
  },
};

const HEADERS = {
  id: "paypal-transmission-id",
  time: "paypal-transmission-time",
  signature: "paypal-transmission-sig",
  certificate: "paypal-cert-url",
  algorithm: "paypal-auth-algo",
} as const;

function verifyPaypal(source: SourceSettings, { keys }: ProviderDeps): VerifyLater {
  const network = keysByNetwork((url) => certificatePlace(url, source.name), keys);
  const find = keysPastedOr(source.publicKey, "rsa", network);
  return async (inbound) => {
    const absent = Object.values(HEADERS).find((name) => !inbound.header(name));
    if (absent !== undefined) return failed("signature_missing", `${absent} is absent.`);
    const given = (name: keyof typeof HEADERS): string => inbound.header(HEADERS[name]) ?? "";
    const signature = strictBytes(given("signature"), "base64");
    const url = given("certificate");
    if (given("algorithm") !== "SHA256withRSA" || signature === null) {
      return failed("signature_mismatch", "The signature is not of the form SHA256withRSA.");
    }
    if (source.publicKey === null && !CERTIFICATES.test(url)) {
      return failed(
        "signature_mismatch",
        "paypal-cert-url is no address of PayPal's certificates.",
      );
    }
    const found = await find(url);
    if (!found.ok) return found;
    for (const key of found.value) {
      const webhook = webhookOf(inbound, source.secrets, (signed) =>
        verifySignature("sha256", signed, key.key, signature),
      );
      if (webhook === undefined) continue;
      const outdated = checkDates(key, inbound.receivedAt);
      return outdated ?? ok({ scheme: "paypal", fingerprint: fingerprintOf(webhook) });
    }
    return failed("signature_mismatch", "The signature was made for another webhook id or body.");
  };
}

/** The webhook that the request is signed for: the checksum is written as a decimal number. */
function webhookOf(
  inbound: Inbound,
  webhooks: readonly string[],
  isRight: (signed: Buffer) => boolean,
): string | undefined {
  const before = `${inbound.header(HEADERS.id)}|${inbound.header(HEADERS.time)}|`;
  const checksum = crc32(inbound.body);
  return webhooks.find((webhook) => isRight(Buffer.from(`${before}${webhook}|${checksum}`)));
}

const certificatePlace = (url: string, scope: string): KeyPlace => ({
  asked: { url, method: "GET", headers: {}, body: null },
  name: url,
  scope,
  allowed: (host) => HOST.test(host),
  plain: false,
  login: null,
  isUnknown: isNotFound,
  read: ({ bytes }) => {
    const key = keyOfCertificates(Buffer.from(bytes).toString(), COMMON_NAME);
    return key === null ? null : new Map([[url, key]]);
  },
  lifetimeMs: DAY_MS,
});

function connectionOf(resource: unknown): unknown {
  const order = fieldOf(
    fieldOf(fieldOf(resource, "supplementary_data"), "related_ids"),
    "order_id",
  );
  return fieldOf(resource, "billing_agreement_id") ?? order ?? fieldOf(resource, "id");
}
