import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { presets } from "../../../src/providers/index.ts";
import type { Recovery } from "../../../src/providers/recovery.ts";
import { sourceSettings } from "../../support/settings.ts";
import { GITHUB_HOOK } from "../../support/stubs/github.ts";
import { StubApi } from "../../support/stubs/stub.ts";
import { SVIX_URL } from "../../support/stubs/svix.ts";
import { AT } from "../requests.ts";

const CREDENTIALS = {
  clientId: "ada",
  clientSecret: "s3cret",
  shop: "ada.myshopify.com",
  item_1: "access-1",
};
const BASES: Readonly<Record<string, string>> = { github: GITHUB_HOOK, svix: SVIX_URL };
/** Names that recoveries look for. */
const NAMES =
  "data events list links href rel meta cursors after pagination has_more id guid event request payload headers item item_id orders url currentOffset journalEvents iterator done cursor status publicToken credentialsToken updated_at delivered_at status_code subscriptions enabled_events".split(
    " ",
  );

const asked = presets.flatMap((preset): [string, Recovery][] => {
  const given = { apiKey: "k", credentials: CREDENTIALS, baseUrl: BASES[preset.name] ?? null };
  const recovery = preset.recovery?.(sourceSettings({ provider: preset.name, ...given }));
  return recovery === undefined ? [] : [[preset.name, recovery]];
});

const { json } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      "next",
      "2026-11-22T12:00:00Z",
      "https://x.example/a",
      "",
      "OK",
    ),
    fc.integer(),
    fc.string({ maxLength: 8 }),
  ),
  json: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    tie("leaf"),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("json"), { maxKeys: 6 }),
  ),
}));
const body = fc.oneof(
  { weight: 8, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: json.map((value) => `\ufeff ${JSON.stringify(value)}`) },
);
const link = fc.oneof(
  fc.string(),
  fc.string().map((text) => `<${text}>; rel="next"`),
);

describe.each(asked)("%s", (_, recovery) => {
  test("whatever it is answered, it says what it found or what is wrong, and never fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(body, { minLength: 1, maxLength: 4 }),
        link,
        async (bodies, header) => {
          let turn = 0;
          const api = new StubApi(() => ({
            status: turn % 5 === 4 ? 404 : 200,
            headers: { link: header },
            body: bodies[turn++ % bodies.length] ?? "",
          }));
          if (recovery.kind === "list") {
            const ask = { since: AT - 1_000, until: AT, kept: null, page: null, connection: null };
            const answer = await recovery.list(ask, api);
            if (answer.ok) {
              for (const missed of answer.value.missed)
                expect(missed.body.byteLength).toBeGreaterThan(0);
            } else expect(answer.error.detail).not.toBe("");
          } else {
            await recovery.list(null, AT, api);
            const fetched = await recovery.fetch("item_1", api);
            if (fetched.ok) recovery.differences(null, fetched.value);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  if (recovery.kind === "list") return;
  test("no two states of any form make it fail", () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        for (const { id, type } of recovery.differences(before, after)) {
          expect([id.length <= 256, type.length <= 256]).toEqual([true, true]);
        }
      }),
    );
  });
});
