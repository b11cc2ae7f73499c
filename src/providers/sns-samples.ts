import { sign } from "node:crypto";
import { err, ok } from "../base/result.ts";
import type { Preset } from "./provider.ts";
import { sampleKey } from "./sample-key.ts";
import { type SnsMessage, signedTexts } from "./sns-message.ts";

export const SNS_TYPES: readonly string[] = ["Notification", "UnsubscribeConfirmation"];

const HOST = "https://sns.eu-west-1.amazonaws.com";
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:sample";

export const snsSample: Preset["sample"] = (type, at, id, source) => {
  if (!SNS_TYPES.includes(type)) return err(`${type} is no type of SNS's; try ${SNS_TYPES[0]}`);
  const key = sampleKey(source, "rsa");
  if (!key.ok) return key;
  const TopicArn = source.credentials?.["topicArn"]?.split(/[\s,]+/, 1)[0] ?? TOPIC;
  const ending = type === "UnsubscribeConfirmation";
  const message: SnsMessage = {
    Type: type,
    MessageId: id,
    TopicArn,
    Subject: ending ? undefined : "A sample",
    Message: ending ? "You have chosen to deactivate the subscription." : '{"order":1}',
    Timestamp: new Date(at).toISOString(),
    Token: ending ? "2336412f37fb687f5d51e6e241d09c805a5a57b30d712f79" : undefined,
    SubscribeURL: ending
      ? `${HOST}/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(TopicArn)}&Token=2336`
      : undefined,
    SignatureVersion: "2",
    Signature: undefined,
    SigningCertURL: `${HOST}/SimpleNotificationService-sample.pem`,
  };
  const [text = ""] = signedTexts(message);
  const Signature = sign("sha256", Buffer.from(text), key.value).toString("base64");
  return ok({
    method: "POST",
    query: "",
    headers: {
      "content-type": "text/plain; charset=UTF-8",
      "user-agent": "Amazon Simple Notification Service Agent",
      "x-amz-sns-message-type": type,
      "x-amz-sns-message-id": id,
      "x-amz-sns-topic-arn": TopicArn,
    },
    body: Buffer.from(JSON.stringify({ ...message, Signature }, null, 2)),
  });
};
