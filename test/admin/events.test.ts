import { expect, test } from "bun:test";
import { LIST_DATA_BYTES_MAX } from "../../src/admin/events/read.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import { adminDesk, problemOf } from "../support/admin.ts";
import { aConnection, anEvent } from "../support/fake-reads.ts";

type Listed = { data: Record<string, unknown>[]; nextCursor: string | null };

test("a list comes in pages that together hold every event once", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [5, 4, 3, 2, 1].map((place) => anEvent(place));
  const seen: unknown[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await desk.call("GET", `/v1/events?limit=2${more}`);
    const listed = (await answer.json()) as Listed;
    seen.push(...listed.data.map((row) => row["dedupeKey"]));
    cursor = listed.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(["key-5", "key-4", "key-3", "key-2", "key-1"]);
});

test("an event has exactly the documented names, and times in UTC with milliseconds", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [anEvent(1)];
  const listed = (await (await desk.call("GET", "/v1/events")).json()) as Listed;
  const row = listed.data[0] ?? {};
  const documented =
    "id source connection type status origin dedupeKey occurredAt receivedAt settledAt attempts nextAttemptAt waitingFor stale error size requestId";
  for (const name of documented.split(" ")) expect(row).toHaveProperty(name);
  expect(row["receivedAt"]).toBe("2026-03-01T08:30:00.000Z");
  expect(row["waitingFor"]).toBeNull();
  const whole = await (await desk.call("GET", `/v1/events/${row["id"]}`)).json();
  expect(whole).toMatchObject({ ...row, data: { n: 1 } });
});

test("every filter reaches the journal as it was meant", async () => {
  const desk = await adminDesk();
  const query =
    "source=bank&connection=a%2Fb&type=invoice.*&status=failed&origin=poll&since=2026-03-01&until=1772400000000&q=x%20y&error=boom";
  expect((await desk.call("GET", `/v1/events?${query}`)).status).toBe(200);
  expect(desk.reads.asked).toEqual([
    {
      source: "bank",
      connection: "a/b",
      type: "invoice.*",
      status: "failed",
      origin: "poll",
      since: Date.UTC(2026, 2, 1),
      until: 1_772_400_000_000,
      q: "x y",
      error: "boom",
    },
  ]);
});

test.each([
  ["limit=0", '"limit" must be a whole number from 1 to 200, not 0.'],
  ["limit=201", '"limit" must be a whole number from 1 to 200, not 201.'],
  ["limit=ten", '"limit" must be a whole number from 1 to 200, not "ten".'],
  [
    "status=complete",
    'one of pending, completed, skipped, failed, not "complete", did you mean "completed"?',
  ],
  ["sorce=bank", 'unknown parameter "sorce": did you mean "source"?'],
  ["zzzzzzzzz=1", 'unknown parameter "zzzzzzzzz": known are source,'],
  ["since=yesterday", '"since" must be a time as ISO 8601'],
  ["since=2026-13-45", '"since" is no time that exists'],
  ["source=a&source=b", '"source" is given 2 times'],
  ["q=", '"q" must be text of 1 to 256 characters'],
  ["__proto__=1", 'unknown parameter "__proto__"'],
])("a wrong parameter is refused by name: %s", async (query, detail) => {
  const desk = await adminDesk();
  const answer = await desk.call("GET", `/v1/events?${query}`);
  expect(answer.status).toBe(400);
  const problem = await problemOf(answer);
  expect(problem.code).toBe("invalid_parameter");
  expect(problem.detail).toContain(detail);
});

test("all wrong parameters are named at once", async () => {
  const desk = await adminDesk();
  const { detail } = await problemOf(await desk.call("GET", "/v1/events?limit=0&stauts=failed"));
  expect(detail).toContain('"limit"');
  expect(detail).toContain('"status"');
});

test.each([
  ["bad_cursor", 400, null],
  ["behind", 503, "1"],
  ["slow", 503, "5"],
] as const)("a read that is refused as %s is answered %d", async (code, status, retryAfter) => {
  const desk = await adminDesk();
  desk.reads.refusal = new ReadRefused(code, "as told");
  const answer = await desk.call("GET", "/v1/events");
  expect(answer.status).toBe(status);
  expect(answer.headers.get("retry-after")).toBe(retryAfter);
  expect((await problemOf(answer)).code).toBe(code);
});

test("a pending event says why it waits, in the list and by itself", async () => {
  const desk = await adminDesk();
  const [first, second] = [anEvent(1, { status: "pending" }), anEvent(2, { status: "pending" })];
  desk.reads.rows = [{ ...second, behind: first.id }, first];
  const head = { id: first.id, seq: first.seq, attempts: 0, nextAttemptAt: null };
  desk.reads.connectionRows = [aConnection("c1", { head, mailboxDepth: 2 })];
  const listed = (await (await desk.call("GET", "/v1/events")).json()) as Listed;
  expect(listed.data.map((row) => row["waitingFor"])).toEqual([
    `waits behind ${first.id}`,
    `${first.id} is next`,
  ]);
  const whole = await (await desk.call("GET", `/v1/events/${second.id}`)).json();
  expect(whole).toMatchObject({ waitingFor: `waits behind ${first.id}`, behind: first.id });
});

test("a list has payloads only when asked for, and only of events that are not large", async () => {
  const desk = await adminDesk();
  const large = Buffer.from(JSON.stringify("x".repeat(LIST_DATA_BYTES_MAX)));
  desk.reads.rows = [anEvent(2, { body: large }), anEvent(1)];
  const bare = (await (await desk.call("GET", "/v1/events")).json()) as Listed;
  expect(bare.data.some((row) => "data" in row)).toBe(false);
  const full = (await (await desk.call("GET", "/v1/events?include=data")).json()) as Listed;
  expect(full.data.map((row) => row["data"])).toEqual([undefined, { n: 1 }]);
});

test("a time that no calendar has, made up by a provider, reads as none", async () => {
  const desk = await adminDesk();
  desk.reads.rows = [anEvent(1, { occurredAt: 1e300 })];
  const whole = (await (await desk.call("GET", `/v1/events/${anEvent(1).id}`)).json()) as object;
  expect(whole).toHaveProperty("occurredAt", null);
});

test.each(["nothing", "evt_", "evt_00000000010008", "..%2f..", "%00", "evt_💣"])(
  "an id that is no event's is answered 404: %s",
  async (id) => {
    const desk = await adminDesk();
    desk.reads.rows = [anEvent(1)];
    for (const [method, tail] of [
      ["GET", ""],
      ["GET", "/body"],
    ] as const) {
      const answer = await desk.call(method, `/v1/events/${id}${tail}`);
      expect(answer.status).toBe(404);
      expect((await problemOf(answer)).code).toBe("not_found");
    }
  },
);
