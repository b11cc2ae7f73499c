import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { adminEndpoints } from "../../src/admin/routes.ts";
import { ProblemView } from "../../src/admin/schemas.ts";
import { adminDesk, type Desk } from "../support/admin.ts";
import { aDelivery } from "../support/fake-outgoing.ts";
import { aConnection, aJob, anEvent, aQuarantined } from "../support/fake-reads.ts";
import { SWEEP } from "../support/fake-recovering.ts";

type Operation = {
  operationId: string;
  parameters: { name: string; in: string; required: boolean }[];
  responses: Record<string, { description: string }>;
  security: unknown[];
};
type Document = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

const described = async (desk: Desk): Promise<Document> =>
  (await (await desk.send("/openapi.json")).json()) as Document;

test("every operation is described, and nothing else is", async () => {
  const desk = await adminDesk();
  const { paths } = await described(desk);
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const offered = adminEndpoints(desk).map(({ method, path }) => `${method} ${path}`);
  expect(documented.sort()).toEqual(offered.sort());
});

test("the document has the form that OpenAPI 3.1 demands", async () => {
  const document = await described(await adminDesk());
  expect(document).toMatchObject({
    openapi: "3.1.0",
    info: { title: "Longstop", version: "1.2.3" },
  });
  const ids = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    for (const operation of Object.values(operations)) {
      expect(operation.operationId).toMatch(/^[A-Za-z]+$/);
      expect(ids.has(operation.operationId)).toBe(false);
      ids.add(operation.operationId);
      const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
      expect(inPath.map((parameter) => parameter.name)).toEqual(named);
      expect(inPath.every((parameter) => parameter.required)).toBe(true);
      for (const { description } of Object.values(operation.responses)) {
        expect(description).not.toBe("");
      }
    }
  }
});

test("every reference leads to a schema, and no word of our own is left in one", async () => {
  const document = await described(await adminDesk());
  const text = JSON.stringify(document);
  const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    (match) => match[1] ?? "",
  );
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(document.components.schemas[name]).toBeObject();
  expect(text).not.toContain('"allowed"');
  expect(text).not.toContain('"$id"');
});

test("what needs a key says so, and with which scope", async () => {
  const { paths } = await described(await adminDesk());
  expect(paths["/healthz"]?.["get"]?.security).toEqual([]);
  expect(paths["/v1/events"]?.["get"]?.security).toEqual([{ key: ["read"] }]);
  expect(paths["/v1/keys"]?.["post"]?.security).toEqual([{ key: ["admin"] }]);
});

/** A desk on which every operation succeeds with something to show. */
async function furnished(): Promise<Desk> {
  const desk = await adminDesk();
  const error = { code: "threw", message: "boom" };
  desk.reads.rows = [
    anEvent(1, {
      status: "pending",
      error,
      steps: [{ name: "a", result: "1", at: 0 }],
      attemptLog: [
        {
          position: anEvent(1).seq,
          attempt: 1,
          startedAt: 0,
          durationMs: 1.5,
          outcome: "retry",
          error,
          nextAt: 9,
        },
      ],
    }),
  ];
  const head = { id: anEvent(1).id, seq: anEvent(1).seq, attempts: 1, nextAttemptAt: null };
  desk.reads.connectionRows = [aConnection("c1", { head })];
  desk.reads.jobRows = [{ id: "job_1", job: aJob() }];
  desk.reads.quarantineRows = [aQuarantined(1)];
  desk.reads.sourceRows = [
    {
      source: "bank",
      received: 1,
      duplicates: 0,
      pending: 1,
      completed: 0,
      skipped: 0,
      failed: 0,
      lastEventAt: 1,
      secrets: [{ fingerprint: "00000000", lastUsedAt: 1 }],
    },
  ];
  return desk;
}

const BODIES: Readonly<Record<string, unknown>> = {
  "POST /v1/replays": { source: "bank" },
  "POST /v1/quarantine/release": { ids: ["qua_1", "qua_2"] },
  "POST /v1/endpoints": { url: "https://shop.example.com/hook" },
  "POST /v1/endpoints/{id}/resend": { since: "2026-03-01" },
  "POST /v1/endpoints/{id}/ack": { upTo: anEvent(1).id },
  "POST /v1/endpoints/{id}/seek": { after: null },
  "POST /v1/events/{id}/send": { endpoint: "shop" },
  "POST /v1/messages": { type: "order.paid", data: { id: 1 } },
  "POST /v1/keys": { name: "a", scopes: ["pull:shop"] },
};

test("every operation's real answer is what its schema says, and its refusals are problems", async () => {
  const { length } = adminEndpoints(await furnished());
  for (let at = 0; at < length; at++) {
    const desk = await furnished();
    const made = await desk.keys.create("a", ["read"], "test");
    const endpoint = adminEndpoints(desk)[at];
    if (endpoint === undefined || !made.ok) throw new Error("nothing to call");
    const name = `${endpoint.method} ${endpoint.path}`;
    const { key } = made.value;
    const ids = {
      events: anEvent(1).id,
      replays: "job_1",
      keys: key.id,
      quarantine: "qua_1",
      endpoints: "shop",
      deliveries: aDelivery().id,
      sweeps: SWEEP,
      sources: "bank",
    };
    const id: string | undefined = (ids as Record<string, string>)[
      endpoint.path.split("/")[2] ?? ""
    ];
    const path = endpoint.path
      .replace("{id}", id ?? "")
      .replace("{source}", "bank")
      .replace("{key}", "c1");
    const answer = await desk.call(endpoint.method, path, BODIES[name]);
    const promised = endpoint.answers[answer.status];
    expect([name, answer.status, promised !== undefined]).toEqual([name, answer.status, true]);
    if (promised?.schema) {
      const value: unknown = await answer.json();
      expect([name, ...Value.Errors(promised.schema, value)]).toEqual([name]);
    }
    const refusal = await desk.call(endpoint.method, `${path}?nonsense=1`);
    if (refusal.ok) continue;
    expect([name, ...Value.Errors(ProblemView, await refusal.json())]).toEqual([name]);
  }
});

test("a dry run's answer is what its schema says", async () => {
  const desk = await furnished();
  const endpoint = adminEndpoints(desk).find(({ path }) => path === "/v1/replays");
  const answer = await desk.call("POST", "/v1/replays", { source: "bank", dryRun: true });
  const schema = endpoint?.answers[200]?.schema;
  if (!schema) throw new Error("no schema");
  expect([...Value.Errors(schema, await answer.json())]).toEqual([]);
});

test("a browser gets a page, and a program the document, at the same address", async () => {
  const desk = await adminDesk();
  const page = await desk.send("/openapi", { headers: { accept: "text/html,*/*;q=0.8" } });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await page.text()).toContain("POST /v1/replays");
  const document = await (await desk.send("/openapi")).json();
  expect(document).toEqual(await described(desk));
});
