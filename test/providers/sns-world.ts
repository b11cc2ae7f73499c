import { sign } from "node:crypto";
import { type SnsMessage, signedTexts } from "../../src/providers/sns-message.ts";
import { Receiving } from "../support/receiving.ts";
import { sourceSettings } from "../support/settings.ts";
import certificates from "../vectors/certificates.json";
import { Network } from "./network.ts";
import { AT } from "./requests.ts";

export const HOST = "https://sns.eu-west-1.amazonaws.com";
export const CERTIFICATE = `${HOST}/SimpleNotificationService-1.pem`;
export const TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders";

export const NOTIFICATION: SnsMessage = {
  Type: "Notification",
  MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
  TopicArn: TOPIC,
  Subject: "My First Message",
  Message: '{"order":"☃"}',
  Timestamp: "2026-11-22T11:59:58.000Z",
  SignatureVersion: "1",
  SigningCertURL: CERTIFICATE,
  Token: undefined,
  SubscribeURL: undefined,
  Signature: undefined,
};

export const CONFIRMATION: SnsMessage = {
  ...NOTIFICATION,
  Type: "SubscriptionConfirmation",
  Subject: undefined,
  Message: "You have chosen to subscribe to the topic.",
  Token: "2336412f37",
  SubscribeURL: `${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`,
};

export function signed(message: SnsMessage, key = certificates.privateKey): SnsMessage {
  const hash = message.SignatureVersion === "1" ? "sha1" : "sha256";
  const [text = ""] = signedTexts(message);
  return { ...message, Signature: sign(hash, Buffer.from(text), key).toString("base64") };
}

export function world(given: { credentials?: Record<string, string>; certificate?: string } = {}) {
  const source = sourceSettings({
    provider: "sns",
    verify: null,
    credentials: given.credentials ?? null,
  });
  const receiving = new Receiving([source], {}, AT);
  const network = new Network(({ url }) =>
    url.endsWith(".pem") ? new Response(given.certificate ?? certificates.sns) : new Response("ok"),
  );
  receiving.answering = network.fetch;
  const post = async (message: object): Promise<string> => {
    const headers = { "content-type": "text/plain; charset=UTF-8" };
    const answer = await receiving.send("shop", JSON.stringify(message, null, 2), headers);
    return answer.code ?? String(answer.status);
  };
  return { receiving, network, post };
}
