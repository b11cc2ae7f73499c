import type { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { JournalRefused } from "../../src/journal/journal.ts";
import { type KeptRequest, quarantineId } from "../../src/journal/quarantine.ts";
import { QuarantineClient } from "../../src/journal/quarantine-client.ts";
import { QuarantineTable } from "../../src/journal/quarantine-table.ts";
import { InlineJournal, openMemoryLog } from "../support/inline-journal.ts";
import { SimClock } from "../support/sim-clock.ts";

const kept = (given: Partial<KeptRequest> = {}): KeptRequest => ({
  source: "shop",
  at: 5,
  code: "signature_mismatch",
  detail: "No secret matches.",
  held: false,
  request: { method: "POST", url: "/in/shop", peer: "192.0.2.7", headers: [["a", "b"]] },
  body: Buffer.from("{}"),
  ...given,
});

/** The real table, behind the writer that commits it. */
function desk() {
  const log = openMemoryLog();
  const inline = new InlineJournal(new SimClock(), { log });
  const table = new QuarantineTable(log);
  const store = new QuarantineClient({
    write: async (write) => inline.writer.beside(0, () => table.write(write)),
  });
  return { log, store, reads: inline.reads, inline };
}

const ALL = { limit: 200, cursor: null };
const count = (log: Database): number =>
  log.query<{ n: number }, []>("SELECT count(*) AS n FROM quarantine").get()?.n ?? 0;

describe("the quarantine", () => {
  test("gives back what it was given, newest first, by source, code and held", async () => {
    const { store, reads } = desk();
    const body = Buffer.from([0, 255, 10]);
    const ids = await store.keep([
      kept({ body }),
      kept({ source: "bank", code: "signature_missing" }),
      kept({ held: true, code: "keys_unavailable" }),
    ]);

    expect(ids).toEqual([1, 2, 3].map(quarantineId));
    const listed = async (filter: object) =>
      (await reads.quarantine(filter, ALL)).rows.map(({ id }) => id);
    expect(await listed({})).toEqual([3, 2, 1].map(quarantineId));
    expect(await listed({ source: "shop" })).toEqual([3, 1].map(quarantineId));
    expect(await listed({ code: "signature_missing" })).toEqual([quarantineId(2)]);
    expect(await listed({ held: true })).toEqual([quarantineId(3)]);
    const { id, ...one } = (await reads.quarantined(quarantineId(1))) ?? {};
    expect(id).toBe(quarantineId(1));
    expect(one).toEqual({ ...kept(), body: new Uint8Array(body), size: 3 });
    expect(await reads.quarantined(quarantineId(9))).toBeNull();
  });

  test("is read page by page without gaps, and oldest first for those who verify again", async () => {
    const { store, reads } = desk();
    await store.keep(Array.from({ length: 5 }, () => kept()));

    const first = await reads.quarantine({}, { limit: 3, cursor: null });
    const second = await reads.quarantine({}, { limit: 3, cursor: first.nextCursor });
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(
      [5, 4, 3, 2, 1].map(quarantineId),
    );
    expect(second.nextCursor).toBeNull();
    const after = await reads.quarantineIds({}, quarantineId(2), 2);
    expect(after.map(({ id }) => id)).toEqual([3, 4].map(quarantineId));
    await expect(reads.quarantine({}, { limit: 3, cursor: "nonsense" })).rejects.toMatchObject({
      code: "bad_cursor",
    });
  });

  test("keeps the newest of a source within its rows, and none of them costs another source", async () => {
    const { log, store, reads } = desk();
    await store.keep([kept({ source: "bank" })]);
    const flood = LIMITS.QUARANTINE_ROWS_MAX + 50;
    for (let sent = 0; sent < flood; sent += 50)
      await store.keep(Array.from({ length: 50 }, () => kept()));

    expect(count(log)).toBe(LIMITS.QUARANTINE_ROWS_MAX + 1);
    const oldest = await reads.quarantineIds({ source: "shop" }, null, 1);
    expect(oldest[0]?.id).toBe(quarantineId(52));
    expect(await reads.quarantineIds({ source: "bank" }, null, 1)).toHaveLength(1);
  });

  test("keeps the newest of a source within its bytes", async () => {
    const { store, reads } = desk();
    const body = new Uint8Array(10 * 2 ** 20);
    for (let sent = 0; sent < 5; sent++) await store.keep([kept({ body })]);

    const left = await reads.quarantineIds({}, null, 10);
    expect(left.map(({ id }) => id)).toEqual([3, 4, 5].map(quarantineId));
  });

  test("removes nothing that is held, and refuses more than it may hold", async () => {
    const { log, store, reads } = desk();
    const held = kept({ held: true });
    const [first] = await store.keep([held]);
    for (let sent = 0; sent < LIMITS.QUARANTINE_ROWS_MAX + 100; sent += 100)
      await store.keep(Array.from({ length: 100 }, () => kept()));
    expect((await reads.quarantineIds({ held: true }, null, 10))[0]?.id).toBe(quarantineId(1));

    const filled = LIMITS.HELD_ROWS_MAX - 1;
    for (let sent = 0; sent < filled; sent += 1_111)
      await store.keep(Array.from({ length: 1_111 }, () => held));
    expect(await store.keep([held, kept()])).toEqual([null, expect.any(String)]);
    expect(count(log)).toBe(LIMITS.HELD_ROWS_MAX + LIMITS.QUARANTINE_ROWS_MAX);

    await store.remove(first ?? quarantineId(0));
    expect(await store.keep([held])).toEqual([expect.any(String)]);
  });

  test("a held one that proves false is one like any other from then on", async () => {
    const { store, reads } = desk();
    await store.keep([kept({ held: true })]);

    await store.condemn(quarantineId(1), "signature_mismatch", "It is another's.");

    expect(await reads.quarantined(quarantineId(1))).toMatchObject({
      held: false,
      code: "signature_mismatch",
      detail: "It is another's.",
    });
    await store.condemn(quarantineId(1), "again", "");
    expect(await reads.quarantined(quarantineId(1))).toMatchObject({ code: "signature_mismatch" });
  });

  test("a number is never given out twice, also when the last row is gone", async () => {
    const { store } = desk();
    await store.keep([kept()]);
    await store.remove(quarantineId(1));

    expect(await store.keep([kept()])).toEqual([quarantineId(2)]);
  });

  test("a write that fails changes nothing, is told, and stops the log as a failed commit does", async () => {
    const { log, store, inline } = desk();
    log.run(
      "CREATE TRIGGER fault BEFORE INSERT ON quarantine WHEN NEW.code = 'x' BEGIN SELECT raise(ABORT, 'no'); END",
    );

    await expect(store.keep([kept(), kept({ code: "x" })])).rejects.toBeInstanceOf(JournalRefused);

    expect(count(log)).toBe(0);
    expect(inline.writer.failure).toContain("no");
    await expect(store.keep([kept()])).rejects.toMatchObject({ code: "failing" });
  });
});
