import fc from "fast-check";

/** What may happen to a journal; numbers are taken modulo what there is. */
export type Step =
  | {
      readonly do: "append";
      readonly keys: readonly number[];
      readonly connection: number;
      readonly settled: boolean;
      /** Which endpoints its events are owed to, when they are complete at once. */
      readonly owed: readonly number[];
      /** Which sweep found it; 0: none. */
      readonly sweep: number;
    }
  | {
      readonly do: "settle";
      readonly pick: number;
      readonly outcome: "completed" | "skipped" | "failed";
      readonly state: string | null;
      readonly stale: boolean;
      readonly owed: readonly number[];
      /** Ids of what it emits; 0: without an id. */
      readonly emits: readonly number[];
    }
  | {
      readonly do: "attempt";
      readonly pick: number;
      readonly holds: boolean;
      readonly asked: boolean;
      readonly waitMs: number;
    }
  | { readonly do: "step"; readonly pick: number; readonly name: string }
  | { readonly do: "replay"; readonly picks: readonly number[] }
  | {
      readonly do: "endpoint";
      readonly endpoint: number;
      readonly kind: "put" | "removed" | "enabled" | "paused" | "disabled";
    }
  | {
      readonly do: "try";
      readonly pick: number;
      readonly outcome: "delivered" | "confirming" | "retry" | "failed" | "confirmed";
      readonly waitMs: number;
    }
  | {
      readonly do: "deliveries";
      readonly kind: "resent" | "cancelled" | "acked" | "sought";
      readonly endpoint: number;
      readonly picks: readonly number[];
    }
  | {
      readonly do: "reconcile";
      readonly kind: "swept" | "snapshot" | "expected";
      readonly number: number;
      readonly gone: boolean;
    }
  | {
      readonly do: "connection";
      readonly kind: "paused" | "resumed" | "halted" | "restarted" | "retried";
      readonly connection: number;
    };

const small = fc.nat({ max: 6 });
const endpoint = fc.nat({ max: 2 });
const owed = fc.uniqueArray(endpoint, { maxLength: 3 });
export const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      keys: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 }),
      connection: small,
      settled: fc.boolean(),
      owed,
      sweep: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      pick: fc.nat(),
      outcome: fc.constantFrom("completed" as const, "skipped" as const, "failed" as const),
      state: fc.option(fc.constantFrom('{"a":1}', '{"b":2}')),
      stale: fc.boolean(),
      owed,
      emits: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("attempt" as const),
      pick: fc.nat(),
      holds: fc.boolean(),
      asked: fc.boolean(),
      waitMs: fc.nat({ max: 100 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("step" as const),
      pick: fc.nat(),
      name: fc.constantFrom("a", "b"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("replay" as const),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("connection" as const),
      kind: fc.constantFrom(
        "paused" as const,
        "resumed" as const,
        "halted" as const,
        "restarted" as const,
        "retried" as const,
      ),
      connection: small,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("endpoint" as const),
      endpoint,
      kind: fc.constantFrom(
        "put" as const,
        "put" as const,
        "put" as const,
        "removed" as const,
        "enabled" as const,
        "paused" as const,
        "disabled" as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("try" as const),
      pick: fc.nat(),
      outcome: fc.constantFrom(
        "delivered" as const,
        "confirming" as const,
        "retry" as const,
        "failed" as const,
        "confirmed" as const,
      ),
      waitMs: fc.nat({ max: 100 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("deliveries" as const),
      kind: fc.constantFrom(
        "resent" as const,
        "cancelled" as const,
        "acked" as const,
        "sought" as const,
      ),
      endpoint,
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("reconcile" as const),
      kind: fc.constantFrom("swept" as const, "snapshot" as const, "expected" as const),
      number: fc.integer({ min: 1, max: 3 }),
      gone: fc.boolean(),
    }),
  },
);
