import { beforeEach, expect, test } from "bun:test";
import { Type as TypeBox } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import {
  type Context,
  defineConfig,
  type Event,
  env,
  type Schema,
  type Static,
  Type,
} from "longstop";
import { endReading, startReading } from "../../src/config/environment.ts";

beforeEach(startReading);

test("a configuration comes back as it was given", () => {
  const config = { sources: { a: { provider: "stripe", secrets: ["x"] } } };
  expect(defineConfig(config)).toBe(config);
});

test("a variable that is not set leaves a mark, also in the midst of a text; an empty one does not", () => {
  process.env["LONGSTOP_TEST_EMPTY"] = "";
  expect(`a${env("LONGSTOP_TEST_ABSENT")}b`).toBe(
    "a⟪missing environment variable LONGSTOP_TEST_ABSENT⟫b",
  );
  expect(`a${env("LONGSTOP_TEST_EMPTY")}b`).toBe("ab");
  delete process.env["LONGSTOP_TEST_EMPTY"];
});

test("a variable that a running handler asks for in vain is an error, not a mark that travels outside", () => {
  endReading();
  expect(() => env("LONGSTOP_TEST_ABSENT")).toThrow("LONGSTOP_TEST_ABSENT is not set");
  expect(env("LONGSTOP_TEST_ABSENT", "instead")).toBe("instead");
});

test("a schema's type is what it lets pass", () => {
  const invoice = Type.Object({
    id: Type.String(),
    lines: Type.Array(
      Type.Tuple([Type.Integer(), Type.Union([Type.Literal("eur"), Type.Literal("usd")])]),
    ),
    note: Type.Optional(Type.String()),
    tags: Type.Record(Type.String(), Type.Boolean()),
    both: Type.Intersect([
      Type.Object({ a: Type.Null() }),
      Type.Partial(Type.Object({ b: Type.Number() })),
    ]),
  });
  const right: Static<typeof invoice> = {
    id: "in_1",
    lines: [[1, "eur"]],
    tags: { a: true },
    both: { a: null },
  };
  // @ts-expect-error: neither the currency nor the missing id would pass.
  const wrong: Static<typeof invoice> = { lines: [[1, "gbp"]], tags: {}, both: { a: null } };
  const schema = invoice as unknown as Parameters<typeof Value.Check>[0];
  expect(Value.Check(schema, right)).toBe(true);
  expect(Value.Check(schema, wrong)).toBe(false);
});

test("schemas of the package itself are taken as well", () => {
  const own: Schema = TypeBox.Object({ id: TypeBox.String() });
  expect(
    defineConfig({ sources: { a: { provider: "stripe", schemas: { paid: own } } } }),
  ).toBeDefined();
});

test("a handler says its own types of payload and state, or none at all", () => {
  const typed = (event: Event<{ amount: number }>, ctx: Context<{ sum?: number }>): void => {
    ctx.state.sum = (ctx.state.sum ?? 0) + event.data.amount;
  };
  const config = defineConfig({
    sources: {
      typed: { provider: "stripe", secrets: env("LONGSTOP_TEST_ABSENT", "x"), onEvent: typed },
      untyped: {
        provider: "stripe",
        async onEvent(event, ctx) {
          ctx.state.last = event.data.deep.inside;
          const id: string = await ctx.step("call", () => event.id);
          if (id === "") ctx.retry({ after: "5m" });
        },
      },
      // @ts-expect-error: there is no such order.
      wrong: { provider: "stripe", order: "loose" },
    },
  });
  expect(Object.keys(config.sources ?? {})).toEqual(["typed", "untyped", "wrong"]);
});
