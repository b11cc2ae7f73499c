import { describe, expect, test } from "bun:test";
import type { EventSummary } from "../../src/admin/events/schemas.ts";
import { grouped } from "../../src/dashboard/client/failures.ts";
import { bytes, relative, short, span } from "../../src/dashboard/client/format.ts";
import { ratesOf, withNow } from "../../src/dashboard/client/rates.ts";

const failed = (message: string | null, source = "orders"): EventSummary =>
  ({
    id: `evt_${message}`,
    source,
    status: "failed",
    reason: null,
    error: message === null ? null : { code: "threw", message },
  }) as EventSummary;

describe("dead letters by cause", () => {
  test("messages that differ in numbers, ids and quoted texts are one fault", () => {
    const groups = grouped([
      failed('No stock of "bat" for order o-17 at 3f2a9c81d0'),
      failed('No stock of "ball" for order o-9 at 77aa12bb34'),
      failed("Connection refused"),
    ]);
    expect(groups.map(({ count, title }) => [count, title])).toEqual([
      [2, "No stock of … for order … at …"],
      [1, "Connection refused"],
    ]);
  });

  test("the search of a group is a piece that all its messages share", () => {
    const messages = ["Answered 503 for order o-17", "Answered 500 for order o-9"];
    const [group] = grouped(messages.map((message) => failed(message)));
    expect(group?.error).toBe("for order");
    for (const message of messages) expect(message).toContain(group?.error ?? "?");
  });

  test("one alone is found by its own message, and one without an error by none", () => {
    expect(grouped([failed("Answered 503 for order o-17")])[0]?.error).toBe(
      "Answered 503 for order o-17",
    );
    expect(grouped([failed(null)])[0]).toMatchObject({ error: null, title: "No error was given" });
  });

  test("the same words in two sources are two groups", () => {
    expect(grouped([failed("boom"), failed("boom", "payments")])).toHaveLength(2);
  });
});

describe("figures", () => {
  const counts = { received: 0, duplicates: 0, pending: 0, completed: 0, skipped: 0, failed: 0 };
  const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();

  test("sums over time are told as rates, and a replay makes none negative", () => {
    const rates = ratesOf({
      everyMs: 10_000,
      data: [
        { ...counts, at: at(0), failed: 5 },
        { ...counts, at: at(10), received: 50, failed: 2, pending: 7 },
      ],
    });
    expect(rates).toMatchObject({ at: [10], received: [5], failed: [0], pending: [7] });
  });

  test("what is now stands at the end, unless the last sample is as fresh", () => {
    const history = { everyMs: 10_000, data: [{ ...counts, at: at(0) }] };
    const stats = { ...counts, sources: 1, received: 9 };
    expect(withNow(history, stats, 8_000).data).toHaveLength(2);
    expect(withNow(history, stats, 2_000).data).toHaveLength(1);
  });

  test("are short, with the largest unit that fits", () => {
    expect([short(9_999), short(12_345), short(4_100_000)]).toEqual(["9,999", "12.3k", "4.1M"]);
    expect([bytes(1_023), bytes(2_048)]).toEqual(["1023 B", "2.0 KiB"]);
    expect([span(0.4), span(1_500), span(90_000)]).toEqual(["0.4 ms", "1 s", "1 min"]);
    expect([relative(0, 5_000), relative(65_000, 0)]).toEqual(["5 s ago", "in 1 min"]);
  });
});
