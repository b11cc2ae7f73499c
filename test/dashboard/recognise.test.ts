import { expect, test } from "bun:test";
import { recognised } from "../../src/dashboard/client/recognise.ts";
import { presets } from "../../src/providers/index.ts";

const HEADERS = {
  github: "x-github-event",
  stripe: "stripe-signature",
  sendgrid: "x-twilio-email-event-webhook-signature",
  discord: "x-signature-ed25519",
  sns: "x-amz-sns-message-type",
  gocardless: "webhook-signature",
  "standard-webhooks": "webhook-id",
} as const;

test.each(Object.entries(HEADERS))(
  "%s is recognised by %s, and offered what its preset needs",
  (name, header) => {
    const found = recognised({ "content-type": "application/json", [header]: "x" });
    expect(found?.provider).toBe(name);
    const preset = presets.find((own) => own.name === name);
    const needs: Readonly<Record<string, string>> = { ...preset?.needs };
    expect(found?.config.includes("secrets:")).toBe(needs["secrets"] === "required");
    expect(found?.config.includes("publicKey:")).toBe(needs["publicKey"] === "required");
  },
);

test("what is no provider's is not recognised, whatever it is called", () => {
  expect(recognised({ "content-type": "application/json", constructor: "x" })).toBeNull();
});
