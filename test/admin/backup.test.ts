import { expect, test } from "bun:test";
import { err } from "../../src/base/result.ts";
import { adminDesk, problemOf } from "../support/admin.ts";

test("a backup's answer says where it is, how large, and what gave way to it", async () => {
  const desk = await adminDesk();
  const answer = await desk.call("POST", "/v1/backup", { keep: 7 });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({
    file: "/data/backups/journal-2026-03-01T08-30-00.000Z.db",
    bytes: 8192,
    entries: 3,
    tookMs: 12,
    removed: [],
  });
  await desk.call("POST", "/v1/backup");
  expect(desk.backups.kept).toEqual([7, null]);
  expect(desk.audited.map(({ action }) => action)).toEqual(["POST /v1/backup", "POST /v1/backup"]);
});

test.each([
  ["running", 409, "backup_running"],
  ["no_room", 503, "no_room"],
  ["failed", 503, "backup_failed"],
  ["closed", 503, "draining"],
] as const)("one that is refused as %s is answered %d", async (code, status, told) => {
  const desk = await adminDesk();
  desk.backups.outcome = err({ code, detail: "Because." });
  const answer = await desk.call("POST", "/v1/backup");
  expect(answer.status).toBe(status);
  expect(await problemOf(answer)).toMatchObject({ code: told, detail: "Because." });
});

test("nobody names a place on the disk, and only admins make backups", async () => {
  const desk = await adminDesk();
  for (const body of [{ to: "/etc/passwd" }, { path: "../x" }, { keep: 0 }, { keep: 1.5 }])
    expect((await desk.call("POST", "/v1/backup", body)).status).toBe(400);
  const reader = await desk.keys.create("r", ["read"], "test");
  if (!reader.ok) throw new Error("no key");
  expect((await desk.call("POST", "/v1/backup", {}, reader.value.secret)).status).toBe(403);
  expect(desk.backups.kept).toEqual([]);
});
