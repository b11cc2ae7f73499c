import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { signedTexts } from "../../src/providers/sns-message.ts";
import certificates from "../vectors/certificates.json";
import { down } from "./network.ts";
import {
  CERTIFICATE,
  CONFIRMATION,
  HOST,
  NOTIFICATION,
  signed,
  TOPIC,
  world,
} from "./sns-world.ts";

describe("a notification", () => {
  test("of either signature version is taken, named and read as JSON", async () => {
    const { receiving, network, post } = world();
    expect(await post(signed(NOTIFICATION))).toBe("200");
    expect(await post(signed({ ...NOTIFICATION, SignatureVersion: "2", MessageId: "2" }))).toBe(
      "200",
    );
    const body = JSON.stringify(signed(NOTIFICATION), null, 2);
    expect(receiving.journal.intakes[0]?.events).toEqual([
      {
        dedupeKey: NOTIFICATION.MessageId ?? "",
        type: "Notification",
        connection: TOPIC,
        occurredAt: Date.parse("2026-11-22T11:59:58Z"),
        sequence: null,
        range: [0, Buffer.byteLength(body)],
      },
    ]);
    expect(network.paths()).toEqual(["GET /SimpleNotificationService-1.pem"]);
  });

  test("with anything in it changed is a mismatch", async () => {
    const { post } = world();
    for (const field of ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]) {
      expect(await post({ ...signed(NOTIFICATION), [field]: "other" })).toBe("signature_mismatch");
      expect(await post({ ...signed(NOTIFICATION), [field]: 7 })).toBe("signature_mismatch");
    }
    expect(await post({ ...signed(NOTIFICATION), Subject: undefined })).toBe("signature_mismatch");
    expect(await post({ ...signed(NOTIFICATION), SignatureVersion: "2" })).toBe(
      "signature_mismatch",
    );
    expect(await post({ ...signed(NOTIFICATION), SignatureVersion: "3" })).toBe(
      "signature_mismatch",
    );
  });

  test("with one changed bit of its signature is a mismatch; without one it is missing", async () => {
    const { post } = world();
    const right = signed(NOTIFICATION);
    const bytes = Buffer.from(right.Signature ?? "", "base64");
    for (const bit of [0, 700, bytes.length * 8 - 1]) {
      const other = Uint8Array.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const Signature = Buffer.from(other).toString("base64");
      expect(await post({ ...right, Signature })).toBe("signature_mismatch");
    }
    for (const Signature of [undefined, "", 7, null]) {
      expect(await post({ ...right, Signature })).toBe("signature_missing");
    }
    for (const Signature of ["é", "x".repeat(30_000), `${right.Signature},${right.Signature}`]) {
      expect(await post({ ...right, Signature })).toBe("signature_mismatch");
    }
    for (const body of [[], "x", null, 7]) expect(await post([body])).toBe("signature_missing");
  });

  test("names its certificate at Amazon, or nobody is asked", async () => {
    const { post, network } = world();
    for (const SigningCertURL of [
      "https://sns.eu-west-1.amazonaws.com.evil.test/x.pem",
      "https://evil.test/sns.eu-west-1.amazonaws.com/x.pem",
      "https://sns.eu-west-1.amazonaws.com@evil.test/x.pem",
      "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
      "http://sns.eu-west-1.amazonaws.com/x.pem",
      "https://sns.eu.west.amazonaws.com/x.pem",
      "https://s3.eu-west-1.amazonaws.com/x.pem",
      "https://sns.eu-west-1.amazonaws.com/x.pem?y",
      "https://sns.eu-west-1.amazonaws.com/a/../../x",
      "",
      undefined,
    ]) {
      expect(await post(signed({ ...NOTIFICATION, SigningCertURL }))).toBe("signature_mismatch");
    }
    expect(network.asked).toEqual([]);
    const china = "https://sns.cn-north-1.amazonaws.com.cn/x.pem";
    expect(await post(signed({ ...NOTIFICATION, SigningCertURL: china }))).toBe("200");
  });

  test("signed with a certificate out of its dates is a mismatch", async () => {
    const { post } = world({ certificate: certificates.expired });
    expect(await post(signed(NOTIFICATION))).toBe("signature_mismatch");
  });

  test("is our trouble while its certificate cannot be fetched", async () => {
    const { post, network, receiving } = world();
    network.answers(down);
    expect(await post(signed(NOTIFICATION))).toBe("keys_unavailable");
    expect(receiving.journal.intakes).toEqual([]);
    network.answers(() => new Response("no certificate"));
    await receiving.clock.advance(2_000);
    expect(await post(signed(NOTIFICATION))).toBe("keys_unavailable");
  });

  test("of another topic is refused where topics are named", async () => {
    const { post } = world({ credentials: { topicArn: `arn:other, ${TOPIC}` } });
    expect(await post(signed(NOTIFICATION))).toBe("200");
    const other = signed({ ...NOTIFICATION, TopicArn: `${TOPIC}x` });
    expect(await post(other)).toBe("signature_mismatch");
  });
});

describe("a subscription", () => {
  test("is confirmed at Amazon once its message is verified, and journals nothing", async () => {
    const { post, network, receiving } = world();
    expect(await post(signed(CONFIRMATION))).toBe("200");
    expect(network.asked.map(({ url }) => url)).toEqual([
      CERTIFICATE,
      CONFIRMATION.SubscribeURL ?? "",
    ]);
    expect(receiving.journal.intakes).toEqual([]);
  });

  test("is not confirmed on a bad signature", async () => {
    const { post, network } = world();
    expect(await post({ ...signed(CONFIRMATION), Token: "other" })).toBe("signature_mismatch");
    expect(network.paths()).toEqual(["GET /SimpleNotificationService-1.pem"]);
  });

  test("is never confirmed anywhere else, nor for another topic, nor is anything else done", async () => {
    const { post, network } = world();
    for (const SubscribeURL of [
      "https://evil.test/?Action=ConfirmSubscription",
      `http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}`,
      `${HOST}/?Action=DeleteTopic&TopicArn=${TOPIC}`,
      `${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}x`,
      `${HOST}/else?Action=ConfirmSubscription&TopicArn=${TOPIC}`,
      "https://169.254.169.254/latest/meta-data",
    ]) {
      await post(signed({ ...CONFIRMATION, SubscribeURL }));
    }
    expect(network.paths()).toEqual(["GET /SimpleNotificationService-1.pem"]);
  });

  test("that Amazon does not confirm is asked for again", async () => {
    const { post, network } = world();
    network.answers(({ url }) =>
      url.endsWith(".pem") ? new Response(certificates.sns) : new Response("", { status: 500 }),
    );
    expect(await post(signed(CONFIRMATION))).toBe("keys_unavailable");
  });

  test("that was ended is an event, whether its token is signed or not", async () => {
    const { post, receiving } = world();
    const ending = { ...CONFIRMATION, Type: "UnsubscribeConfirmation" };
    const [withToken = "", without = ""] = signedTexts(ending);
    for (const [index, text] of [withToken, without].entries()) {
      const Signature = sign("sha1", Buffer.from(text), certificates.privateKey).toString("base64");
      expect(await post({ ...ending, Signature })).toBe("200");
      expect(receiving.journal.intakes[index]?.events[0]?.type).toBe("UnsubscribeConfirmation");
    }
  });
});
