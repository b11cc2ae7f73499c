import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { fingerprintOf } from "../../src/providers/schemes/compare.ts";
import { only, opened, SECRET, sampleOf, verdict } from "./opened.ts";
import { AT, inbound } from "./requests.ts";

const JSON_HEADER = { "content-type": "application/json" };
const FORM_HEADER = { "content-type": "application/x-www-form-urlencoded" };
const provider = opened("mailgun");

const sign = (timestamp: string, token: string, secret = SECRET): string =>
  createHmac("sha256", secret)
    .update(timestamp + token)
    .digest("hex");

const NOW = String(AT / 1000);

function request(signature: unknown, at = AT) {
  const body = JSON.stringify({ signature, "event-data": { id: "ev1", event: "opened" } });
  return inbound({ headers: JSON_HEADER, body, at });
}
const proof = (timestamp = NOW, token = "t1", secret = SECRET) => ({
  timestamp,
  token,
  signature: sign(timestamp, token, secret),
});

describe("mailgun", () => {
  test("a signature inside the body is right with a known key, and its use is told", async () => {
    const rotating = opened("mailgun", { secrets: ["old", SECRET] });
    expect(await rotating.verify(request(proof()))).toEqual({
      ok: true,
      value: { scheme: "mailgun", fingerprint: fingerprintOf(SECRET) },
    });
    expect(await verdict(rotating, request(proof(NOW, "t1", "old")))).toBe("ok");
    expect(await verdict(rotating, request(proof(NOW, "t1", "other")))).toBe("signature_mismatch");
    expect(await verdict(opened("mailgun", { secrets: [] }), request(proof()))).toBe(
      "signature_mismatch",
    );
  });

  test("any changed character of time, token or signature makes it a mismatch", async () => {
    const right = proof();
    for (const changed of [
      { ...right, timestamp: String(AT / 1000 + 1) },
      { ...right, token: "t2" },
      {
        ...right,
        signature:
          `0${right.signature.slice(1)}` === right.signature
            ? `1${right.signature.slice(1)}`
            : `0${right.signature.slice(1)}`,
      },
      { ...right, signature: right.signature.slice(1) },
      { ...right, signature: "é".repeat(64) },
      { ...right, signature: "x".repeat(30_000) },
    ]) {
      expect(await verdict(provider, request(changed))).toBe("signature_mismatch");
    }
  });

  test("a digit cannot move from the time into the token", async () => {
    const right = proof(NOW, "5abc");
    const moved = { ...right, timestamp: `${NOW}5`, token: "abc" };
    expect(await verdict(provider, request(moved))).toBe("timestamp_in_future");
    const odd = { ...right, timestamp: NOW.slice(0, -1), token: `${NOW.at(-1)}5abc` };
    expect(await verdict(provider, request(odd))).toBe("timestamp_too_old");
    const text = { ...proof("soon", "t1") };
    expect(await verdict(provider, request(text))).toBe("signature_missing");
  });

  test("without one of its parts, or in a body that is none, it is missing", async () => {
    const { timestamp, token, signature } = proof();
    for (const part of [
      null,
      {},
      "x",
      7,
      [],
      { timestamp, token },
      { token, signature },
      { timestamp, signature },
      { timestamp, token, signature: "" },
      { timestamp, token: {}, signature },
    ]) {
      expect(await verdict(provider, request(part))).toBe("signature_missing");
    }
    for (const body of ["", "{", "[]", "null", '"x"']) {
      expect(await verdict(provider, inbound({ headers: JSON_HEADER, body }))).toBe(
        "signature_missing",
      );
    }
  });

  test("it is good for nine hours, as Mailgun tries for eight", async () => {
    const after = (seconds: number): Promise<string> =>
      verdict(provider, request(proof(), AT + seconds * 1000));
    expect(await after(9 * 3600)).toBe("ok");
    expect(await after(9 * 3600 + 1)).toBe("timestamp_too_old");
    expect(await after(-9 * 3600 - 1)).toBe("timestamp_in_future");
  });

  test("of a routed mail, a form, the three fields stand beside the others", async () => {
    const fields = { ...proof(), "Message-Id": "<m1@mg.example.com>", subject: "Hello" };
    const body = new URLSearchParams(fields).toString();
    const mail = inbound({ headers: FORM_HEADER, body });
    expect(await verdict(provider, mail)).toBe("ok");
    expect(only(provider, mail)).toMatchObject({
      dedupeKey: "<m1@mg.example.com>",
      type: "mail",
      connection: "mg.example.com",
      occurredAt: AT,
    });
  });

  test("an event is named by its id, kind, domain and time", () => {
    const { headers, body } = sampleOf("mailgun", "clicked");
    expect(only(provider, inbound({ headers, body }))).toMatchObject({
      dedupeKey: "id1",
      type: "clicked",
      connection: "mg.example.com",
      occurredAt: AT,
    });
  });
});
