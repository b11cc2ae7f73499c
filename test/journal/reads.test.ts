import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventId, seq } from "../../src/base/ids.ts";
import type { EventFilter } from "../../src/journal/facts.ts";
import { openReads } from "../../src/journal/reads/reader.ts";
import type { EventRow } from "../../src/journal/rows.ts";
import { event, intake, settledFact, T0 } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";
import { SimClock } from "../support/sim-clock.ts";

const folders = new Folders();
afterAll(() => folders.remove());
const open = (desk: LogDesk) => openReads(desk.index, desk.db, new SimClock());

const TYPES = ["invoice.paid", "invoice.due", "a[b]?c", "Ünicode", "x"];
const CONNECTIONS = [null, "Acct-1", "acct-2", "50%_off"];
const ERRORS = [
  { code: "threw", message: 'he said "no" [1]' },
  { code: "timeout", message: "after 50% of it" },
];
let desk: LogDesk;
let all: readonly EventRow[];

beforeAll(() => {
  desk = new LogDesk(folders.make());
  for (let index = 0; index < 240; index++) {
    const [first] = desk.commit(
      intake(
        [
          event(`key-${index}`, {
            type: TYPES[index % TYPES.length] ?? "",
            connection: CONNECTIONS[index % CONNECTIONS.length] ?? null,
          }),
        ],
        {
          source: index % 3 === 0 ? "s" : "other",
          origin: index % 7 === 0 ? "poll" : "webhook",
          at: T0 + index,
        },
      ),
    );
    const place = Number(first?.split(" ")[1]);
    const outcome = (["completed", "skipped", "failed"] as const)[index % 4];
    const error = outcome === "failed" ? (ERRORS[index % ERRORS.length] ?? null) : null;
    const reason = outcome === "skipped" ? "An operator's choice" : null;
    if (outcome !== undefined) desk.commit(settledFact(place, { outcome, error, reason }));
  }
  desk.apply();
  all = open(desk).events({}, { limit: 1_000, cursor: null }).rows;
});

/** What each filter means, said plainly. */
function matches(row: EventRow, filter: EventFilter): boolean {
  const has = (text: string | null | undefined, part: string): boolean =>
    (text ?? "").toLowerCase().includes(part.toLowerCase());
  const inError = (part: string): boolean =>
    has(row.error?.code, part) || has(row.error?.message, part);
  const glob = (pattern: string): RegExp =>
    new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s");
  const { q } = filter;
  return (
    (filter.source === undefined || row.source === filter.source) &&
    (filter.connection === undefined || row.connection === filter.connection) &&
    (filter.type === undefined || glob(filter.type).test(row.type)) &&
    (filter.status === undefined || row.status === filter.status) &&
    (filter.origin === undefined || row.origin === filter.origin) &&
    (filter.since === undefined || row.receivedAt >= filter.since) &&
    (filter.until === undefined || row.receivedAt < filter.until) &&
    (filter.error === undefined || inError(filter.error)) &&
    (q === undefined ||
      (all.some((each) => each.dedupeKey === q || each.id === q)
        ? row.dedupeKey === q || row.id === q
        : has(row.type, q) || has(row.connection, q) || has(row.reason, q) || inError(q)))
  );
}

const wanted = (filter: EventFilter): string[] =>
  all.filter((row) => matches(row, filter)).map((row) => row.id);

const TEXTS = [
  "no",
  "50%",
  '"no"',
  "message",
  "code",
  "INVOICE",
  "acct",
  "%",
  "_",
  "[1]",
  "choice",
];
const filters: fc.Arbitrary<EventFilter> = fc.record(
  {
    source: fc.constantFrom("s", "other", "none"),
    connection: fc.constantFrom("Acct-1", "acct-1", "50%_off"),
    type: fc.constantFrom(...TYPES, "invoice.*", "*", "*[b]?*", "a[b*", "??*"),
    status: fc.constantFrom("pending", "completed", "skipped", "failed"),
    origin: fc.constantFrom("webhook", "poll", "emit"),
    since: fc.integer({ min: T0 - 5, max: T0 + 250 }),
    until: fc.integer({ min: T0 - 5, max: T0 + 250 }),
    error: fc.constantFrom(...TEXTS),
    q: fc.constantFrom(...TEXTS, "key-7", "key-", eventId(seq(1), 1), eventId(seq(2), 9)),
  },
  { requiredKeys: [] },
);

describe("a filter", () => {
  test("gives what it plainly means, alone and combined, in pages of any size, counted, and oldest first", () =>
    fc.assert(
      fc.property(filters, fc.integer({ min: 1, max: 60 }), (filter, limit) => {
        const reads = open(desk);
        const expected = wanted(filter);
        const found: string[] = [];
        let cursor: string | null = null;
        do {
          const page: ReturnType<typeof reads.events> = reads.events(filter, { limit, cursor });
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          found.push(...page.rows.map((row) => row.id));
          cursor = page.nextCursor;
        } while (cursor !== null);

        expect(found).toEqual(expected);
        expect(reads.count(filter, seq(9_999), 9_999)).toBe(expected.length);
        expect(reads.count(filter, seq(9_999), 3)).toBe(Math.min(3, expected.length));
        const oldest = reads.oldest(filter, seq(0), seq(9_999), 9_999).map((row): string => row.id);
        expect(oldest).toEqual(expected.toReversed());
      }),
      { numRuns: 300 },
    ));

  test("takes any text without throwing, in time", () => {
    const reads = open(desk);
    const long = "a*".repeat(4_096);
    const hostile = [
      "'; DROP TABLE events; --",
      '"',
      "%",
      "_",
      "[",
      "]",
      "[^",
      "\u0000",
      "\ud800",
      "💥",
      long,
    ];
    for (const text of hostile)
      for (const field of ["q", "type", "error", "connection", "source"] as const)
        reads.events({ [field]: text }, { limit: 5, cursor: null });

    expect(reads.events({}, { limit: 1_000, cursor: null }).rows.length).toBe(all.length);
  });

  test("a part of an error is looked for in its message and code, not in how they are stored", () => {
    const reads = open(desk);
    const count = (error: string): number => reads.count({ error }, seq(9_999), 9_999);

    expect(count('"no" [1]')).toBeGreaterThan(0);
    expect(count("THREW")).toBeGreaterThan(0);
    expect([count("message"), count('":"'), count("{")]).toEqual([0, 0, 0]);
  });
});
