import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { readSource } from "../scripts/tidy/source.ts";
import { excuse, offencesOf, tidy } from "../scripts/tidy.ts";

/** The rules broken by a house of these files. Only `src/main.ts` is an entry. */
function broken(files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => readSource(path, text));
  const offences = offencesOf(sources, (path) => path in files);
  return offences
    .filter(({ rule }) => rule !== "unused")
    .map(({ rule, path }) => `${rule} ${path}`);
}

const lines = (count: number): string => "  step();\n".repeat(count);

describe("the order of the house", () => {
  test("this house is tidy", async () => {
    const offences = await tidy(resolve(import.meta.dir, ".."));

    expect(
      offences.map(({ path, line, rule, what }) => `${path}:${line} ${rule}: ${what}`),
    ).toEqual([]);
  });

  test.each([
    ["a value", `import { b } from "../journal/log.ts";`],
    ["a type", `import type { B } from "../journal/log.ts";`],
    ["a type among braces", `import {\n  type B,\n} from "../journal/log.ts";`],
    ["a re-export", `export { b } from "../journal/log.ts";`],
    ["a call", `const b = await import("../journal/log.ts");`],
    ["a type call", `let b: typeof import("../journal/log.ts");`],
  ])("importing upwards is an offence: %s", (_, text) => {
    expect(broken({ "src/base/a.ts": text, "src/journal/log.ts": "" })).toEqual([
      "layers src/base/a.ts",
    ]);
  });

  test("importing downwards is none, and neither is an import line inside a comment or a string", () => {
    const text = `import { b } from "../base/b.ts";\n// import { x } from "../ingress/x.ts"\nconst y = 'import { x } from "../ingress/x.ts"';`;

    expect(
      broken({ "src/journal/a.ts": text, "src/base/b.ts": "", "src/ingress/x.ts": "" }),
    ).toEqual([]);
  });

  test("admin may name the types of the mailbox and not its values", () => {
    const types = `import type { Operations } from "../mailbox/operations.ts";`;

    expect(broken({ "src/admin/a.ts": types })).toEqual([]);
    expect(broken({ "src/admin/a.ts": types.replace(" type", "") })).toEqual([
      "layers src/admin/a.ts",
    ]);
  });

  test("files that import each other in a ring are an offence, once", () => {
    const ring = {
      "src/base/a.ts": `import { b } from "./b.ts";`,
      "src/base/b.ts": `import type { C } from "./c.ts";`,
      "src/base/c.ts": `import { a } from "./a.ts";`,
    };

    expect(broken(ring)).toEqual(["cycle src/base/a.ts"]);
    expect(broken({ ...ring, "src/base/c.ts": "" })).toEqual([]);
  });

  test("a file that leads from no entry is an offence", () => {
    const sources = [
      readSource("src/main.ts", `import "./app.ts";`),
      readSource("src/app.ts", ""),
      readSource("src/base/lost.ts", ""),
    ];

    expect(offencesOf(sources, () => true).map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      "unused src/base/lost.ts",
    ]);
  });

  test("a file of 251 lines and a function of 61 are offences; one less is none", () => {
    expect(broken({ "src/base/a.ts": "//\n".repeat(251) })).toEqual(["file-length src/base/a.ts"]);
    expect(broken({ "src/base/a.ts": "//\n".repeat(250) })).toEqual([]);
    for (const head of [
      "function f(): void {",
      "const f = async () => {",
      "function f(\n  a: string,\n): void {",
    ]) {
      const lead = head.split("\n").length;
      expect(broken({ "src/base/a.ts": `${head}\n${lines(60 - lead)}}\n` })).toEqual([
        "function-length src/base/a.ts",
      ]);
      expect(broken({ "src/base/a.ts": `${head}\n${lines(59 - lead)}}\n` })).toEqual([]);
    }
  });

  test("a long branch inside a short list of tests is no function", () => {
    expect(broken({ "test/a.test.ts": `describe("x", () => {\n${lines(80)}});\n` })).toEqual([]);
    expect(broken({ "src/base/a.ts": `if (\n  a\n) {\n${lines(80)}}\n` })).toEqual([]);
  });

  test.each([
    ["clock", "src/ingress/a.ts", "const now = Date.now();"],
    ["clock", "src/ingress/a.ts", "const now = new Date();"],
    ["timer", "src/ingress/a.ts", "setTimeout(f, 1);"],
    ["chance", "src/ingress/a.ts", "Math.random();"],
    ["nanoid", "src/ingress/a.ts", `import { nanoid } from "nanoid";`],
    ["console", "src/ingress/a.ts", "console.log(1);"],
    ["elysia", "src/ingress/receive.ts", `import { Elysia } from "elysia";`],
    ["sqlite", "src/mailbox/a.ts", `import { Database } from "bun:sqlite";`],
    ["bind", "src/ingress/routes.ts", "app.get(a, f.bind(b));"],
    ["async-transaction", "src/journal/a.ts", "db.transaction(async () => {});"],
    ["any", "src/base/a.ts", "const a = b as any;"],
    ["any", "src/base/a.ts", "const a: any = b;"],
    ["non-null", "src/base/a.ts", "const a = b!.c;"],
    ["default-export", "src/base/a.ts", "export default 1;"],
    ["unfinished", "src/base/a.ts", "// TODO later"],
    ["test-name", "test/a.test.ts", `test("should work", f);`],
    ["test-sleep", "test/a.test.ts", "await Bun.sleep(1);"],
    ["silent-catch", "src/base/a.ts", "try { f(); } catch {\n}"],
    ["machine-path", "src/base/a.ts", "// see /home/me/notes"],
    ["outside", "src/base/a.ts", "// as the SPEC has it"],
    ["page", "src/base/a.ts", "// see PLAN.md"],
  ])("%s is banned in %s", (rule, path, text) => {
    expect(broken({ [path]: text })).toEqual([`${rule} ${path}`]);
  });

  test.each([
    ["src/base/clock.ts", "Date.now(); setTimeout(f, 1);"],
    ["src/base/a.ts", "// Date.now() is not for others"],
    ["src/base/a.ts", "const a = b !== c && !d;"],
    ["src/base/a.ts", `const page = /["'\`]/.test(a) ? \`\${f({ b: 1 })} as any\` : 'TODO';`],
    ["src/cli/a.ts", "console.log(1);"],
    ["src/ingress/routes.ts", `import { Elysia } from "elysia";`],
    ["src/journal/a.ts", `import { Database } from "bun:sqlite";`],
    ["src/base/a.ts", "try { f(); } catch {\n  // Nothing to do.\n}"],
    ["test/path/a.test.ts", "await Bun.sleep(1);"],
  ])("what only looks like an offence is none: %s with %s", (path, text) => {
    expect(broken({ [path]: text })).toEqual([]);
  });

  test("a page beside the file may be named", () => {
    expect(broken({ "src/base/a.ts": "// see DESIGN.md", "src/base/DESIGN.md": "" })).toEqual([]);
  });

  test("the list of old offenders excuses what it lists, and may not be longer than the truth", () => {
    const offence = { rule: "file-length", path: "a.ts", line: 1, what: "", size: 300 };

    expect(excuse([offence], { "file-length": { "a.ts": 300 } })).toEqual([]);
    expect(excuse([offence], { "file-length": { "a.ts": 299 } })).toEqual([offence]);
    expect(excuse([offence], { "file-length": { "a.ts": 301 } }).map(({ rule }) => rule)).toEqual([
      "ratchet",
    ]);
    expect(excuse([], { "file-length": { "a.ts": 300 } }).map(({ rule }) => rule)).toEqual([
      "ratchet",
    ]);
  });
});
