import { expect, test } from "bun:test";
import { DRY_RUN_COUNT_MAX } from "../../src/admin/replays/endpoints.ts";
import { adminDesk, problemOf } from "../support/admin.ts";
import { aJob, anEvent } from "../support/fake-reads.ts";

test("one event is replayed or skipped by the operator whose key it is", async () => {
  const desk = await adminDesk();
  const { id } = anEvent(1);
  expect((await desk.call("POST", `/v1/events/${id}/replay`)).status).toBe(202);
  expect((await desk.call("POST", `/v1/events/${id}/skip`, { reason: "test data" })).status).toBe(
    200,
  );
  expect(desk.operations.calls).toEqual([
    ["replay", id, "key_environment"],
    ["skip", id, "key_environment", "test data"],
  ]);
});

test.each([
  ["not_found", 404],
  ["wrong_status", 409],
  ["busy", 409],
  ["body_gone", 410],
] as const)("a replay refused as %s is answered %d", async (code, status) => {
  const desk = await adminDesk();
  desk.operations.refusal = code;
  const answer = await desk.call("POST", `/v1/events/${anEvent(1).id}/replay`);
  expect(answer.status).toBe(status);
  expect((await problemOf(answer)).code).toBe(code);
});

test("an id that is no event's never reaches the mailbox", async () => {
  const desk = await adminDesk();
  expect((await desk.call("POST", "/v1/events/nothing/replay")).status).toBe(404);
  expect((await desk.call("POST", "/v1/events/nothing/skip")).status).toBe(404);
  expect(desk.operations.calls).toEqual([]);
});

test("a dry run counts and samples, and makes no job", async () => {
  const desk = await adminDesk();
  desk.reads.rows = Array.from({ length: 12 }, (_, at) => anEvent(at + 1, { status: "failed" }));
  const answer = await desk.call("POST", "/v1/replays", { status: "failed", dryRun: true });
  expect(answer.status).toBe(200);
  const { count, countIsExact, sample } = (await answer.json()) as Record<string, unknown[]>;
  expect([count as unknown, countIsExact as unknown, sample?.length]).toEqual([12, true, 10]);
  expect(desk.operations.calls).toEqual([]);
});

test("a dry run that stops counting says that there are more", async () => {
  const desk = await adminDesk();
  desk.reads.count = async (_filter, _upTo, atMost) => atMost;
  const answer = await desk.call("POST", "/v1/replays", { dryRun: true });
  expect(await answer.json()).toMatchObject({ count: DRY_RUN_COUNT_MAX, countIsExact: false });
});

test("a job is made of the filter and the rate, and said where to watch", async () => {
  const desk = await adminDesk();
  const since = "2026-03-01T00:00:00Z";
  const answer = await desk.call("POST", "/v1/replays", { source: "bank", since, rate: 2.5 });
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toBe("/v1/replays/job_1");
  expect(await answer.json()).toMatchObject({
    id: "job_1",
    status: "running",
    rate: 2.5,
    filter: { source: "bank", since: "2026-03-01T00:00:00.000Z" },
  });
  expect(desk.operations.calls).toEqual([
    [
      "createJob",
      { source: "bank", since: Date.UTC(2026, 2, 1) },
      { rate: 2.5, by: "key_environment" },
    ],
  ]);
});

test("the filter may stand in a field of its own, but no part of it in both places", async () => {
  const desk = await adminDesk();
  const apart = await desk.call("POST", "/v1/replays", { filter: { status: "failed" } });
  expect(apart.status).toBe(202);
  expect(desk.operations.calls[0]?.[1]).toEqual({ status: "failed" });
  const both = { source: "a", filter: { source: "b" } };
  const answer = await desk.call("POST", "/v1/replays", both);
  expect((await problemOf(answer)).detail).toContain("source");
});

test.each([
  [{}, "at least one filter"],
  [{ filter: {} }, "at least one filter"],
  [{ status: "done" }, '"status" must be one of'],
  [{ filter: { status: "done" } }, '"filter.status" must be one of'],
  [{ filter: { stauts: "failed" } }, 'did you mean "status"?'],
  [{ filter: [] }, '"filter" must be an object of filters'],
  [{ source: "a", rate: 0 }, '"rate" must be a number above 0'],
  [{ source: "a", rate: "10" }, '"rate" must be a number above 0'],
  [{ source: "a", dryRun: 1 }, '"dryRun" must be true or false, not 1'],
  [{ source: "a", dry_run: true }, 'did you mean "dryRun"?'],
])("a job is not made of %j", async (body, detail) => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", "/v1/replays", body);
  expect(answer.status).toBe(400);
  expect((await problemOf(answer)).detail).toContain(detail);
  expect(desk.operations.calls).toEqual([]);
});

test("jobs are listed and shown with how far they are", async () => {
  const desk = await adminDesk();
  desk.reads.jobRows = [{ id: "job_1", job: aJob() }];
  const one = await (await desk.call("GET", "/v1/replays/job_1")).json();
  expect(one).toMatchObject({
    id: "job_1",
    status: "running",
    total: 10,
    done: 4,
    finishedAt: null,
  });
  const list = await (await desk.call("GET", "/v1/replays?limit=5")).json();
  expect(list).toEqual({ data: [one], nextCursor: null });
  expect((await desk.call("GET", "/v1/replays/job_2")).status).toBe(404);
});

test.each([
  ["pause", "pauseJob", "paused"],
  ["resume", "resumeJob", "running"],
  ["cancel", "cancelJob", "cancelled"],
])("%s answers with the job as it then is", async (verb, operation, status) => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", `/v1/replays/job_1/${verb}`);
  expect(await answer.json()).toMatchObject({ id: "job_1", status });
  expect(desk.operations.calls).toEqual([[operation, "job_1", "key_environment"]]);
});

test.each([
  ["not_found", 404],
  ["wrong_status", 409],
] as const)("steering a job is refused as %s with %d", async (code, status) => {
  const desk = await adminDesk();
  desk.operations.refusal = code;
  expect((await desk.call("POST", "/v1/replays/job_1/pause")).status).toBe(status);
});
