import { expect, test } from "bun:test";
import fc from "fast-check";
import { adminEndpoints } from "../../src/admin/routes.ts";
import { adminDesk } from "../support/admin.ts";
import { aConnection, aJob, anEvent } from "../support/fake-reads.ts";

const desk = await adminDesk();
desk.reads.rows = [anEvent(1), anEvent(2, { status: "pending" })];
desk.reads.connectionRows = [aConnection("c1")];
desk.reads.jobRows = [{ id: "job_1", job: aJob() }];
const operations = adminEndpoints(desk);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    anEvent(1).id,
    "c1",
    "job_1",
    "bank",
    "-1",
    "1e9",
    "%",
    "__proto__",
    "\u0000",
    "💣",
    "\ud800",
  ),
);
const parameter = fc.constantFrom(
  ..."source connection type status origin since until error q limit cursor include of __proto__ constructor".split(
    " ",
  ),
);
/** Text as a URL can hold it: encoded, or raw but for what ends a segment. */
const segment = fc.oneof(
  text.map((given) => encodeURIComponent(given.toWellFormed())),
  text.map((given) => given.replaceAll(/[/?#\\]/g, "")),
);
const query = fc
  .array(fc.tuple(parameter, text), { maxLength: 4 })
  .map((pairs) => new URLSearchParams(pairs).toString());
const fields = fc.dictionary(
  fc.oneof(parameter, fc.constantFrom("name", "scopes", "filter", "rate", "reason", "dryRun")),
  fc.jsonValue(),
);
const body = fc.oneof(
  text,
  fields.map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

test("no path, query, cursor or body makes an answer of ours a 5xx, or an answer without a form", async () => {
  const request = fc.record({
    operation: fc.constantFrom(...operations),
    segments: fc.array(segment, { minLength: 2, maxLength: 2 }),
    query,
    body,
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, segments, query, body }) => {
      let place = 0;
      const path = operation.path.replaceAll(/\{\w+\}/g, () => segments[place++] ?? "x");
      const answer = await desk.send(query === "" ? path : `${path}?${query}`, {
        method: operation.method,
        headers: { authorization: "Bearer fixed-for-tests", "content-type": "application/json" },
        ...(operation.method === "POST" ? { body } : {}),
      });
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) {
        const problem = (await answer.json()) as Record<string, unknown>;
        expect(Object.keys(problem).sort()).toEqual(["code", "detail", "status", "title", "type"]);
        expect(problem["status"]).toBe(answer.status);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("no header makes an answer of ours a 5xx, nor opens anything", async () => {
  const value = fc.string({ maxLength: 60 }).map((given) => given.replaceAll(/[^\x20-\x7e]/g, "~"));
  const name = fc.constantFrom(
    "authorization",
    "host",
    "origin",
    "accept",
    "content-length",
    "forwarded",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), async (headers) => {
      const answer = await desk.send("/v1/events", { headers });
      expect([401, 429]).toContain(answer.status);
    }),
    { numRuns: 300 },
  );
});
