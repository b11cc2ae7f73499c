import * as configFile from "./types/config.ts" with { type: "text" };
import * as handlerFile from "./types/handler.ts" with { type: "text" };
import * as schemasFile from "./types/schemas.ts" with { type: "text" };
import * as verifyFile from "./types/verify.ts" with { type: "text" };

/** The first line of the file: by it `init` knows a file that is its own to renew. */
export const TYPES_HEAD =
  "// Written by `longstop init`, which renews it after an update. Do not edit.";

/** What the module exports beside its types; held against the module itself by the tests. */
const VALUES = `/** Returns its argument: it is there for the editor, which then knows every key. */
export const defineConfig: (config: Config) => Config;

/**
 * The value of the environment variable \`name\`, also inside template strings. One that is not set is a
 * fault of the configuration, reported with its place; give a \`fallback\` where it may be absent.
 */
export const env: (name: string, fallback?: string) => string;

/** Makes schemas for \`schemas\` of a source. */
export const Type: SchemaBuilder;
`;

/**
 * The declarations of the module `longstop`, as a file for the team's editor and compiler. They are the
 * very texts that this program is compiled against, carried along, so that the two cannot drift apart.
 */
export function typesText(): string {
  const parts = [handlerFile, schemasFile, verifyFile, configFile].map((file) =>
    withoutImports(textOf(file)),
  );
  const body = [...parts, VALUES].join("\n").trim();
  const indented = body.replaceAll(/^(?=.)/gm, "  ");
  return `${TYPES_HEAD}\ndeclare module "longstop" {\n${indented}\n}\n`;
}

/** The compiler sees a module of types; at run time it is the module's text. */
function textOf(file: object): string {
  const text = (file as { readonly default?: unknown }).default;
  return typeof text === "string" ? text : "";
}

const withoutImports = (text: string): string => text.replaceAll(/^import [^;]*;\n/gm, "").trim();
