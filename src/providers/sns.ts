import { verify as verifySignature } from "node:crypto";
import { PROBLEMS } from "../base/problem-table.ts";
import { ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { checkDates, keyOfCertificates } from "./certificate.ts";
import { isNotFound, type KeyPlace } from "./key-service.ts";
import { keysByNetwork, keysPastedOr } from "./key-source.ts";
import { openSplit } from "./naming.ts";
import type { Preset, Provider, ProviderDeps } from "./provider.ts";
import { failed, type VerifyLater } from "./schemes/scheme.ts";
import { strictBytes } from "./schemes/strict-bytes.ts";
import { asJson, fieldsOf, isSubscribeUrl, SNS_HOST, signedTexts } from "./sns-message.ts";
import { SNS_TYPES, snsSample } from "./sns-samples.ts";

const DAY_MS = 86_400_000;

/**
 * Amazon SNS over HTTPS: JSON sent as text, signed inside the body (versions 1 and 2). A signature says
 * that it comes from SNS, not from whose topic: `credentials: { topicArn }` (several separated by
 * commas) says which topics are meant, and without it any topic of any account is taken.
 * Connection, unless `event.connection` says otherwise: the topic. `Message` stays the text it is.
 * A subscription is confirmed once its message is verified; that one was ended is an event. Raw message
 * delivery is not signed, and is refused.
 */
export const sns: Preset = {
  name: "sns",
  title: "Amazon SNS",
  source:
    "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html and sns-validator 0.3.5 (read 2026-11-22)",
  needs: {
    secrets: "unused",
    publicKey: "optional",
    verifyToken: "unused",
    credentials: "optional",
    apiKey: "unused",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies:
      "`Signature` in the body, versions 1 (RSA, SHA-1) and 2 (RSA, SHA-256), with the certificate at `SigningCertURL`: only from Amazon's hosts, within its dates. No age is too old.",
    secretHelp:
      "Nothing is secret. Put the topic's ARN into `credentials: { topicArn }`: without it, messages of anybody's topic are taken. Then subscribe the URL to the topic (HTTPS, raw message delivery off); the subscription is confirmed by itself.",
    connection: "The topic (`TopicArn`).",
    identity: "`MessageId`.",
    retryWindow: "By default 3 more tries 20 s apart; with an own policy up to an hour.",
    recovery: "cannot be listed; a dead-letter queue at the subscription keeps what was not taken",
    provenBy: "vendor's verifier sns-validator",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: openSns,
  sampleTypes: SNS_TYPES,
  sample: snsSample,
};

function openSns(source: SourceSettings, deps: ProviderDeps): Provider {
  const verify = verifySns(source, deps);
  const split = openSplit(
    source.event,
    (_, inbound) => {
      const message = fieldsOf(inbound);
      return {
        id: message?.MessageId,
        type: message?.Type,
        connection: message?.TopicArn,
        occurredAt: message?.Timestamp,
      };
    },
    // The whole body as the one item: an item is JSON, whatever the request calls itself.
    (value, inbound) => [{ value, range: [0, inbound.body.length], path: "", parents: [] }],
  );
  return {
    verify,
    async handshake(inbound) {
      const message = fieldsOf(inbound);
      if (message?.Type !== "SubscriptionConfirmation") return null;
      if (!(await verify(inbound)).ok || !isSubscribeUrl(message)) return null;
      const asked = { url: message.SubscribeURL ?? "", method: "GET", headers: {}, body: null };
      const answer = await deps.ask(source.name, { ...asked, method: "GET" });
      return answer.ok && answer.value.status === 200 ? CONFIRMED : LATER;
    },
    split: (inbound) => split(asJson(inbound)),
    methods: [],
    acceptedStatus: 200,
  };
}

const CONFIRMED = { status: 200, headers: { "content-type": "text/plain" }, body: "confirmed\n" };
/** SNS then sends the question again. */
const LATER = {
  status: 503,
  headers: { "content-type": "application/problem+json", "retry-after": "10" },
  body: JSON.stringify({
    type: "urn:longstop:problem:keys_unavailable",
    title: PROBLEMS.keys_unavailable.title,
    status: 503,
    detail: "The subscription could not be confirmed at Amazon right now; send it again.",
    code: "keys_unavailable",
  }),
};

function verifySns(source: SourceSettings, { keys }: ProviderDeps): VerifyLater {
  const network = keysByNetwork((url) => certificatePlace(url, source.name), keys);
  const find = keysPastedOr(source.publicKey, "rsa", network);
  const topics = (source.credentials?.["topicArn"] ?? "").split(/[\s,]+/).filter(Boolean);
  return async (inbound) => {
    const message = fieldsOf(inbound);
    if (!message?.Signature || !message.SignatureVersion) {
      return failed("signature_missing", "The body holds no Signature with its SignatureVersion.");
    }
    const hash = { 1: "sha1", 2: "sha256" }[message.SignatureVersion];
    const signature = strictBytes(message.Signature, "base64");
    const url = message.SigningCertURL ?? "";
    const known = source.publicKey !== null || isCertificateUrl(url);
    if (hash === undefined || signature === null || !known) {
      return failed(
        "signature_mismatch",
        "The signature's version, form or certificate is not Amazon's.",
      );
    }
    if (topics.length > 0 && !topics.includes(message.TopicArn ?? "")) {
      return failed("signature_mismatch", "The topic is none of credentials.topicArn.");
    }
    const found = await find(url);
    if (!found.ok) return found;
    const texts = signedTexts(message).map((text) => Buffer.from(text));
    const key = found.value.find((each) =>
      texts.some((text) => verifySignature(hash, text, each.key, signature)),
    );
    if (key === undefined) {
      return failed("signature_mismatch", "The signature was not made over this message.");
    }
    return (
      checkDates(key, inbound.receivedAt) ?? ok({ scheme: "sns", fingerprint: key.fingerprint })
    );
  };
}

const URL_CHARACTERS_MAX = 300;

function isCertificateUrl(text: string): boolean {
  const url = text.length > URL_CHARACTERS_MAX ? null : URL.parse(text);
  if (url === null || url.protocol !== "https:" || url.search !== "") return false;
  return SNS_HOST.test(url.host) && /^\/[A-Za-z0-9._-]+\.pem$/.test(url.pathname);
}

/** Certificates do not change at their address: a new one has another. */
const certificatePlace = (url: string, scope: string): KeyPlace => ({
  asked: { url, method: "GET", headers: {}, body: null },
  name: url,
  scope,
  allowed: (host) => SNS_HOST.test(host),
  plain: false,
  login: null,
  isUnknown: isNotFound,
  read: ({ bytes }) => {
    const key = keyOfCertificates(Buffer.from(bytes).toString());
    return key === null ? null : new Map([[url, key]]);
  },
  lifetimeMs: DAY_MS,
});
