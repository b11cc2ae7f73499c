import fc from "fast-check";

/** What may happen to a journal; numbers are taken modulo what there is. */
export type Step =
  | {
      readonly do: "append";
      readonly keys: readonly number[];
      readonly connection: number;
      readonly settled: boolean;
    }
  | {
      readonly do: "settle";
      readonly pick: number;
      readonly outcome: "completed" | "skipped" | "failed";
      readonly state: string | null;
      readonly stale: boolean;
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
      readonly do: "connection";
      readonly kind: "paused" | "resumed" | "halted" | "restarted" | "retried";
      readonly connection: number;
    };

const small = fc.nat({ max: 6 });
export const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      keys: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 }),
      connection: small,
      settled: fc.boolean(),
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
);
