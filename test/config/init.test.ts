import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as longstop from "../../src/config/define.ts";
import { initFolder } from "../../src/config/init.ts";
import { typesText } from "../../src/config/types-text.ts";
import { presets } from "../../src/providers/index.ts";
import * as testing from "../../src/testing/testing.ts";
import { ConfigFolder } from "../support/config-folder.ts";
import { PRESETS } from "../support/config-presets.ts";

const CLONE = resolve(import.meta.dir, "../..");

function init(folder: ConfigFolder, provider: string | null = null) {
  return initFolder({ dir: folder.path, provider, presets: PRESETS });
}

/** What the compiler says of a folder, without any package in it; empty: nothing. */
function compile(folder: ConfigFolder): string {
  const tsc = join(CLONE, "node_modules/.bin/tsc");
  const run = Bun.spawnSync([tsc, "-p", folder.path], { cwd: folder.path, timeout: 60_000 });
  return run.stdout.toString() + run.stderr.toString();
}

test("an empty folder becomes one that works at once and compiles without a package", async () => {
  using folder = new ConfigFolder();
  const made = await init(folder);
  expect(made.ok && [...made.value].sort()).toEqual([
    ".env.example",
    ".gitignore",
    "longstop.config.ts",
    "longstop.d.ts",
    "tsconfig.json",
  ]);
  const { settings, warnings } = await folder.load();
  expect(warnings).toEqual([]);
  expect(settings.sources["inbox"]).toMatchObject({
    provider: "custom",
    verify: { scheme: "none" },
    handler: true,
  });
  // Open to anyone, and therefore to nobody but this machine.
  expect(settings.listen.public.host).toBe("127.0.0.1");
  expect(compile(folder)).toBe("");
});

for (const { name } of PRESETS) {
  test(`a folder begun for ${name} asks for its secret and nothing else`, async () => {
    using folder = new ConfigFolder();
    await init(folder, name);
    const variable = `${name.toUpperCase()}_WEBHOOK_SECRET`;
    const without = await folder.tryLoad();
    expect(without.ok ? [] : without.error.map((fault) => fault.message)).toEqual([
      `the environment variable ${variable} is not set`,
    ]);
    expect(readFileSync(join(folder.path, ".env.example"), "utf8")).toContain(`\n${variable}=\n`);
    const { settings } = await folder.load({ [variable]: "whsec_1" });
    expect(settings.sources[name]).toMatchObject({ provider: name, handler: true });
    expect(compile(folder)).toBe("");
  });
}

test("a folder begun for a provider that can be asked says what that takes, without wanting it", async () => {
  using folder = new ConfigFolder();
  await initFolder({ dir: folder.path, provider: "stripe", presets });
  const text = readFileSync(join(folder.path, "longstop.config.ts"), "utf8");
  expect(text).toContain('      // apiKey: env("STRIPE_API_KEY"),');
  using other = new ConfigFolder();
  await initFolder({ dir: other.path, provider: "slack", presets });
  expect(readFileSync(join(other.path, "longstop.config.ts"), "utf8")).not.toContain("apiKey");
});

test("the written types find what is wrong, and accept the examples", async () => {
  using folder = new ConfigFolder();
  await init(folder);
  const examples: Record<string, string> = {};
  for (const file of [
    "minimal/longstop.config.ts",
    "stripe/longstop.config.ts",
    "stripe/invoices.ts",
    "github/longstop.config.ts",
    "batch/longstop.config.ts",
  ]) {
    examples[file] = readFileSync(join(CLONE, "examples", file), "utf8");
  }
  folder.write(examples);
  expect(compile(folder)).toBe("");
  folder.write({
    "wrong.ts": `import { defineConfig } from "longstop";\nexport default defineConfig({ sources: { a: { provider: "x", ordr: "strict" } } });`,
  });
  expect(compile(folder)).toContain("wrong.ts(2,62)");
});

test("the written types declare exactly what the module exports", () => {
  const declared = [...typesText().matchAll(/^ {2}export const (\w+):/gm)].map((match) => match[1]);
  expect(declared.sort()).toEqual(Object.keys(longstop).sort());
  const types = [...typesText().matchAll(/^ {2}export (?:interface|type) (\w+)/gm)].map((match) =>
    String(match[1]),
  );
  const exported = readFileSync(join(CLONE, "src/config/define.ts"), "utf8");
  for (const [, names = ""] of exported.matchAll(/export type \{([^}]*)\}/g)) {
    for (const name of names
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean))
      expect(types).toContain(name);
  }
});

test("nothing that is there is overwritten, and a second time writes nothing", async () => {
  using folder = new ConfigFolder();
  folder.write({
    "longstop.config.ts": "export default {};",
    "tsconfig.json": "{}",
    ".gitignore": "dist\ndata",
  });
  const first = await init(folder, "stripe");
  expect(first.ok && first.value).toEqual(["longstop.d.ts", ".gitignore"]);
  expect(readFileSync(folder.config, "utf8")).toBe("export default {};");
  expect(readFileSync(join(folder.path, ".gitignore"), "utf8")).toBe("dist\ndata\n.env\n");
  const second = await init(folder, "stripe");
  expect(second.ok && second.value).toEqual([]);
});

test("its own file of types is renewed when it is out of date, another's is left", async () => {
  using folder = new ConfigFolder();
  await init(folder);
  const types = join(folder.path, "longstop.d.ts");
  folder.write({
    "longstop.d.ts": `${readFileSync(types, "utf8").split("\n")[0]}\ndeclare module "longstop" {}\n`,
  });
  const renewed = await init(folder);
  expect(renewed.ok && renewed.value).toEqual(["longstop.d.ts"]);
  folder.write({ "longstop.d.ts": "export {};" });
  const left = await init(folder);
  expect(left.ok && left.value).toEqual([]);
});

test("an unknown provider, or a folder that cannot be, is a sentence and writes nothing", async () => {
  using folder = new ConfigFolder();
  const unknown = await init(folder, "strpie");
  expect(unknown.ok ? "" : unknown.error).toContain('Did you mean "stripe"?');
  expect(existsSync(folder.config)).toBe(false);
  folder.write({ file: "" });
  const impossible = await initFolder({
    dir: join(folder.path, "file/below"),
    provider: null,
    presets: PRESETS,
  });
  expect(impossible.ok ? "" : impossible.error).toContain("cannot be written");
});

test("the written types know the module for tests", async () => {
  using folder = new ConfigFolder();
  await init(folder);
  const declared = [...typesText().matchAll(/^ {2}export function (\w+)/gm)].map(
    ([, name]) => name,
  );
  expect(declared.sort()).toEqual(Object.keys(testing).sort());
  folder.write({
    "try.ts": `import { deliver, inbox, sample, testClock } from "longstop/testing";
      import config from "./longstop.config.ts";
      const clock = testClock();
      const result = await deliver((event, ctx) => { ctx.state.count = 1; }, sample("stripe", "invoice.paid"), { clock });
      export const outcome: "completed" | string = result.outcome;
      const source = config.sources?.["inbox"];
      if (source) await inbox(source).receive({ type: "x" });`,
  });
  expect(compile(folder)).toBe("");
  folder.write({
    "wrong.ts": `import { sample } from "longstop/testing";\nsample("stripe", "x", { when: 1 });`,
  });
  expect(compile(folder)).toContain("wrong.ts(2,25)");
});
