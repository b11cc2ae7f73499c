import { expect, test } from "bun:test";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { SourceRow } from "../../src/journal/rows.ts";
import { adminDesk } from "../support/admin.ts";

const counted = (source: string, changes: Partial<SourceRow> = {}): SourceRow => ({
  source,
  received: 10,
  duplicates: 2,
  pending: 1,
  completed: 6,
  skipped: 1,
  failed: 2,
  lastEventAt: 0,
  secrets: [],
  ...changes,
});

const fingerprint = (secret: string): string =>
  new Bun.CryptoHasher("sha256").update(secret).digest("hex").slice(0, 8);

const configured = (changes: Partial<SourceSettings>): SourceSettings =>
  ({
    provider: "custom",
    secrets: [],
    verify: null,
    handler: true,
    order: "strict",
    ...changes,
  }) as SourceSettings;

type Listed = { data: Record<string, unknown>[] };

test("sources are those configured and those that left events behind", async () => {
  const desk = await adminDesk({ sources: { bank: configured({}) } });
  desk.reads.sourceRows = [counted("old")];
  const { data } = (await (await desk.call("GET", "/v1/sources")).json()) as Listed;
  expect(data).toMatchObject([
    { id: "bank", configured: true, provider: "custom", received: 0, lastEventAt: null },
    { id: "old", configured: false, provider: null, received: 10, duplicates: 2, failed: 2 },
  ]);
  expect(data[0]?.["url"]).toBe("https://hooks.example.com/in/bank");
});

test("which secret matched last is shown beside those that never did, and none of them itself", async () => {
  const verify = {
    scheme: "bearer",
    header: "authorization",
    prefix: "",
    secrets: ["new", "old"],
  } as const;
  const sources = { bank: configured({ verify: { scheme: "any", of: [verify] } }) };
  const desk = await adminDesk({ sources });
  const used = [
    { fingerprint: fingerprint("old"), lastUsedAt: 5 },
    { fingerprint: "00000000", lastUsedAt: 1 },
  ];
  desk.reads.sourceRows = [counted("bank", { secrets: used })];
  const { data } = (await (await desk.call("GET", "/v1/sources")).json()) as Listed;
  expect(data[0]?.["secrets"]).toEqual([
    { fingerprint: fingerprint("new"), lastUsedAt: null, configured: true },
    { fingerprint: fingerprint("old"), lastUsedAt: "1970-01-01T00:00:00.005Z", configured: true },
    { fingerprint: "00000000", lastUsedAt: "1970-01-01T00:00:00.001Z", configured: false },
  ]);
});

test("statistics are the sums over all sources", async () => {
  const desk = await adminDesk();
  desk.reads.sourceRows = [counted("a"), counted("b", { received: 5, failed: 0 })];
  expect(await (await desk.call("GET", "/v1/stats")).json()).toEqual({
    sources: 2,
    received: 15,
    duplicates: 4,
    pending: 2,
    completed: 12,
    skipped: 2,
    failed: 2,
  });
});

test("a source called like a property of every object is only what the journal knows of it", async () => {
  const desk = await adminDesk();
  desk.reads.sourceRows = [counted("constructor")];
  const { data } = (await (await desk.call("GET", "/v1/sources")).json()) as Listed;
  expect(data).toMatchObject([{ id: "constructor", configured: false }]);
});
