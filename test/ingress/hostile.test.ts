import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { Receiving } from "../support/receiving.ts";
import { eventSettings, hmacSettings, sourceSettings } from "../support/settings.ts";

const pointers = eventSettings({
  id: "/id",
  type: "/type",
  connection: "/c/0",
  occurredAt: "/at",
  sequence: "/n",
});
const stamped = { header: "x-at", unit: "s", toleranceS: 300 } as const;

const SOURCES = [
  sourceSettings({ name: "open", event: pointers }),
  sourceSettings({ name: "batch", event: { ...pointers, items: "/e" }, bodyBytesMax: 1_000 }),
  sourceSettings({ name: "top", event: { ...pointers, items: "" } }),
  sourceSettings({
    name: "hmac",
    verify: hmacSettings({ signed: "{header:x-at}.{body}", timestamp: stamped }),
  }),
  sourceSettings({ name: "stripe", provider: "stripe", secrets: ["s"], verify: null }),
  sourceSettings({ name: "github", provider: "github", secrets: ["s"], verify: null }),
  sourceSettings({
    name: "standard",
    provider: "standard-webhooks",
    secrets: ["whsec_c2VjcmV0"],
    verify: null,
  }),
  sourceSettings({ name: "basic", verify: { scheme: "basic", username: "u", passwords: ["p"] } }),
  sourceSettings({ name: "limited", rateLimit: { perSecond: 1, burst: 3 } }),
];

const named = fc.constantFrom(...SOURCES.map((source) => source.name));
const headerText = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) })
  .filter((text) => !text.includes("\x7f"));
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      "content-type",
      "content-encoding",
      "content-length",
      "x-at",
      "authorization",
      "traceparent",
    ),
    fc.oneof(
      headerText,
      fc.constantFrom(
        "gzip",
        "br",
        "deflate",
        "application/json",
        "a/b+json",
        "-1",
        "1e9",
        "0",
        "NaN",
        "text/plain",
      ),
      fc.constantFrom(
        "application/x-www-form-urlencoded",
        "Basic ====",
        "Basic dTpw",
        "1790000000",
      ),
    ),
  ),
  fc.tuple(
    fc.constantFrom(
      "x-signature",
      "stripe-signature",
      "webhook-signature",
      "webhook-id",
      "webhook-timestamp",
    ),
    fc.oneof(headerText, fc.constantFrom("t=1,v1=00", "v1,AAAA", "v1a,AAAA", `${"0".repeat(64)}`)),
  ),
  fc.tuple(
    fc.constantFrom("x-hub-signature-256", "x-github-event", "x-github-delivery", "host"),
    headerText,
  ),
);
const text = fc.oneof(
  fc.json(),
  fc.json().map((json) => `{"e":[${json}],"id":${json},"c":[${json}],"at":${json},"n":${json}}`),
  fc.json().map((json) => `[${json},${json}]`),
  fc.webQueryParameters(),
  fc.constantFrom(
    "",
    "[[[[",
    '{"id":1e999}',
    '{"id":-0}',
    "payload=%7B%7D",
    "payload={}",
    "\uFEFF{}",
    "NaN",
  ),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  text.map((each) => new TextEncoder().encode(each)),
  text.map((each) => Uint8Array.from(gzipSync(each))),
  fc.constant(null),
);
const method = fc.oneof(
  { weight: 9, arbitrary: fc.constant("POST") },
  { weight: 1, arbitrary: fc.constantFrom("GET", "PUT", "OPTIONS", "HEAD") },
);

const FINE = [200, 202, 204, 400, 401, 404, 405, 408, 413, 414, 415, 429, 431];

test("no request makes receiving reject, or answer with a failure of ours", async () => {
  await fc.assert(
    fc.asyncProperty(
      named,
      method,
      fc.array(header, { maxLength: 6 }),
      body,
      async (source, verb, headers, bytes) => {
        const receiving = new Receiving(SOURCES);
        const sent = verb === "GET" || verb === "HEAD" ? null : bytes;
        const request = new Request(`http://h/in/${source}?a=%ff`, {
          method: verb,
          headers: [...headers],
          body: sent === null ? null : Buffer.from(sent),
        });
        const answer = await receiving.receive(request, source);
        expect(FINE).toContain(answer.status);
        expect(receiving.errors).toEqual([]);
        expect(receiving.journal.intakes.length).toBeLessThanOrEqual(1);
        for (const intake of receiving.journal.intakes) {
          expect(answer.status).toBe(202);
          expect(answer.events.length).toBe(intake.events.length);
          for (const { range, dedupeKey, type, connection } of intake.events) {
            for (const key of [dedupeKey, type, connection ?? "x"]) {
              expect(key.length).toBeGreaterThan(0);
              expect(key.isWellFormed()).toBe(true);
            }
            if (range === null) continue;
            const item = intake.body.subarray(range[0], range[0] + range[1]);
            expect(() => JSON.parse(Buffer.from(item).toString())).not.toThrow();
          }
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

test("no name of a source makes receiving fail", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (name) => {
      const receiving = new Receiving(SOURCES);
      const request = new Request("http://h/in/x", { method: "POST", body: "{}" });
      const answer = await receiving.receive(request, name);
      expect(
        SOURCES.some((source) => source.name === name) || answer.code === "unknown_source",
      ).toBe(true);
    }),
  );
});

test("many at once are each answered for themselves, and one of equal ones is the original", async () => {
  const receiving = new Receiving([sourceSettings({ event: pointers })]);
  const bodies = Array.from({ length: 200 }, (_, index) => JSON.stringify({ id: index % 20 }));
  const answers = await Promise.all(bodies.map((each) => receiving.send("shop", each)));
  const originals = answers.filter((answer) => answer.events[0]?.duplicate === false);
  expect(originals.length).toBe(20);
  expect(new Set(answers.map((answer) => answer.events[0]?.id)).size).toBe(20);
  expect(receiving.posted.map((each) => each.seq)).toEqual(
    receiving.posted.map((each) => each.seq).toSorted((a, b) => a - b),
  );
});
