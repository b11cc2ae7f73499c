import * as configFile from "./types/config.ts" with { type: "text" };
import * as handlerFile from "./types/handler.ts" with { type: "text" };
import * as schemasFile from "./types/schemas.ts" with { type: "text" };
import * as testingFile from "./types/testing.ts" with { type: "text" };
import * as verifyFile from "./types/verify.ts" with { type: "text" };

/** The first line of the file: by it `init` knows a file that is its own to renew. */
export const TYPES_HEAD =
  "// Written by `longstop init`, which renews it after an update. Do not edit.";

/** What the module exports beside its types; held against the module itself by the tests. */
const VALUES = `/** Returns its argument: it is there for the editor, which then knows every key, and for tests, which then know every source. */
export const defineConfig: <Names extends string>(config: ConfigOf<Names>) => DefinedConfig<Names>;

/**
 * The value of the environment variable \`name\`, also inside template strings. One that is not set is a
 * fault of the configuration, reported with its place; give a \`fallback\` where it may be absent.
 */
export const env: (name: string, fallback?: string) => string;

/** Makes schemas for \`schemas\` of a source. */
export const Type: SchemaBuilder;
`;

/** What `longstop/testing` exports beside its types; held against the module itself by the tests. */
const TESTING_VALUES = `/**
 * Runs a handler on one event with a context in memory, by the same code as in production, and answers what
 * the journal would keep. Never rejects for what the handler does.
 */
export function deliver<State = Payload>(
  receiver: Receiver<State>,
  event: TestEvent,
  options?: DeliverOptions<NoInfer<State>>,
): Promise<Delivered<State>>;

/** An event as the provider (or a source of the configuration) would send and name it. */
export function sample(from: string | SourceConfig, type: string, options?: SampleOptions): TestEvent;

/** Receives events as the process would: in turn by connection, with state, staleness and duplicates. */
export function inbox<State = Payload>(
  receiver: Receiver<State>,
  options?: { readonly clock?: TestClock },
): TestInbox<State>;

/** Time that passes when it is told to. Default start: the first of January 2026, UTC. */
export function testClock(start?: Date | string): TestClock;
`;

const TESTING_IMPORTS =
  'import type { Duration, LogFields, OnEvent, Payload, SourceConfig } from "longstop";';

/**
 * The declarations of `longstop` and `longstop/testing`, as a file for the team's editor and compiler. They are the
 * very texts that this program is compiled against, carried along, so that the two cannot drift apart.
 */
export function typesText(): string {
  const modules = Object.entries(moduleTexts()).map(
    ([module, text]) => `declare module "${module}" {\n${text.replaceAll(/^(?=.)/gm, "  ")}\n}\n`,
  );
  return `${TYPES_HEAD}\n${modules.join("\n")}`;
}

/** The declarations of each module by itself: what the package brings. */
export function moduleTexts(): Readonly<Record<"longstop" | "longstop/testing", string>> {
  const own = [handlerFile, schemasFile, verifyFile, configFile].map((file) =>
    withoutImports(textOf(file)),
  );
  const testing = [TESTING_IMPORTS, withoutImports(textOf(testingFile)), TESTING_VALUES];
  return {
    longstop: [...own, VALUES].join("\n").trim(),
    "longstop/testing": testing.join("\n").trim(),
  };
}

/** The compiler sees a module of types; at run time it is the module's text. */
function textOf(file: object): string {
  const text = (file as { readonly default?: unknown }).default;
  return typeof text === "string" ? text : "";
}

const withoutImports = (text: string): string => text.replaceAll(/^import [^;]*;\n/gm, "").trim();
