import { expect, test } from "bun:test";
import { type ActedFact, AUDIT_ROWS_MAX, type AuditFilter } from "../../src/journal/audit.ts";
import { KIND } from "../../src/journal/entries.ts";
import { ReadRefused } from "../../src/journal/journal.ts";
import { InlineJournal, openMemoryLog } from "../support/inline-journal.ts";
import { SimClock } from "../support/sim-clock.ts";

const acted = (at: number, given: Partial<ActedFact> = {}): ActedFact => ({
  kind: "acted",
  at,
  by: "key_a",
  name: "alice",
  via: "key",
  action: "POST /v1/replays",
  target: { made: `job_${at}` },
  outcome: "succeeded",
  status: 202,
  peer: "192.0.2.7",
  times: 1,
  ...given,
});
const ALL = { limit: 200, cursor: null };

async function journaled(...facts: readonly ActedFact[]): Promise<InlineJournal> {
  const clock = new SimClock();
  const inline = new InlineJournal(clock);
  for (const fact of facts) {
    const recorded = inline.journal.record(fact);
    await clock.settle();
    await recorded;
  }
  return inline;
}

/** Many lines put into a log at once, as if they had been journaled one by one. */
function logOf(count: number, fact: (place: number) => ActedFact) {
  const log = openMemoryLog();
  const insert = log.prepare(
    "INSERT INTO log (seq, kind, run, at_ms, width, fact) VALUES (?, ?, 1, ?, 1, ?)",
  );
  log.transaction(() => {
    for (let place = 1; place <= count; place++)
      insert.run(place, KIND.acted, place, JSON.stringify(fact(place)));
  })();
  return log;
}

test("lines are read newest first, whole, by who, action, outcome and time", async () => {
  const { reads } = await journaled(
    acted(10),
    acted(20, { by: "key_b", name: null, action: "POST /v1/connections/{source}/{key}/pause" }),
    acted(30, { action: "DELETE /v1/connections[x]", outcome: "broke" }),
    acted(40, { by: "nobody", name: null, outcome: "refused", status: 401, peer: null, times: 7 }),
  );
  const times = async (filter: AuditFilter): Promise<number[]> =>
    (await reads.audit(filter, ALL)).rows.map(({ at }) => at);

  const [newest] = (await reads.audit({}, ALL)).rows;
  const { kind: _kind, ...line } = acted(40, {
    by: "nobody",
    name: null,
    outcome: "refused",
    status: 401,
    peer: null,
    times: 7,
  });
  expect(newest).toEqual({ id: "aud_4", ...line });
  expect(await times({})).toEqual([40, 30, 20, 10]);
  expect(await times({ by: "key_b" })).toEqual([20]);
  expect(await times({ by: "alice" })).toEqual([30, 10]);
  expect(await times({ action: "POST /v1/replays" })).toEqual([40, 10]);
  expect(await times({ action: "* /v1/connections*" })).toEqual([30, 20]);
  expect(await times({ action: "DELETE /v1/connections[*" })).toEqual([30]);
  expect(await times({ outcome: "refused" })).toEqual([40]);
  expect(await times({ since: 20, until: 40 })).toEqual([30, 20]);
});

test("pages go on where they ended, without gap or repetition, and a cursor of another list is refused", async () => {
  const { reads } = await journaled(...[1, 2, 3, 4, 5].map((at) => acted(at)));
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof reads.audit>> = await reads.audit(
      {},
      { limit: 2, cursor },
    );
    seen.push(...page.rows.map(({ at }) => at));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([5, 4, 3, 2, 1]);
  const wrong = reads.audit({}, { limit: 2, cursor: "evt_1" });
  expect(await wrong.catch((error: unknown) => error)).toBeInstanceOf(ReadRefused);
});

test("only the newest are kept, and refused logins push no action out, in whatever batches it is applied", () => {
  const refused = AUDIT_ROWS_MAX.refused + 5;
  const log = logOf(refused + 3, (place) =>
    place <= 3 ? acted(place) : acted(place, { outcome: "refused" }),
  );
  const kept = (stepSize: number): unknown[] => {
    const { index } = new InlineJournal(new SimClock(), { log, stepSize });
    return index.query("SELECT seq, class, number FROM audit ORDER BY seq").values();
  };

  const rows = kept(4096);

  expect(rows).toHaveLength(AUDIT_ROWS_MAX.refused + 3);
  expect(rows.slice(0, 4)).toEqual([
    [1, 0, 1],
    [2, 0, 2],
    [3, 0, 3],
    [9, 1, 6],
  ]);
  expect(kept(997)).toEqual(rows);
});
