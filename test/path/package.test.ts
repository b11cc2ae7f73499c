import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const top = resolve(import.meta.dir, "../..");
const PACK_MS_MAX = 60_000;

let folder: string;

function run(command: readonly string[], cwd: string): { code: number; said: string } {
  const ran = Bun.spawnSync([...command], { cwd, stdout: "pipe", stderr: "pipe" });
  return { code: ran.exitCode, said: ran.stdout.toString() + ran.stderr.toString() };
}

/** A team's folder with the package as it would come from a registry, its own dependencies beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longstop-packed-"));
  const packed = run([process.execPath, "pm", "pack", "--destination", folder], top);
  const archive = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error(packed.said);
  await mkdir(join(folder, "node_modules"));
  run(["tar", "-xzf", archive, "-C", "node_modules"], folder);
  run(["mv", "package", "longstop"], join(folder, "node_modules"));
  await symlink(join(top, "node_modules"), join(folder, "node_modules/longstop/node_modules"));
}, PACK_MS_MAX);
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  "the package runs a team's tests and tells its compiler what is wrong",
  async () => {
    await writeFile(
      join(folder, "handler.test.ts"),
      `import { expect, test } from "bun:test";
import { defineConfig } from "longstop";
import { deliver, sample } from "longstop/testing";
const config = defineConfig({
  sources: { pay: { provider: "stripe", secrets: "s", onEvent(event, ctx) { ctx.state.id = event.id; } } },
});
test("it works", async () => {
  expect((await deliver(config.sources.pay, sample("stripe", "invoice.paid"))).outcome).toBe("completed");
});
`,
    );
    const tested = run([process.execPath, "test"], folder);
    expect(tested.said).toContain("1 pass");
    expect(tested.code).toBe(0);

    const options = {
      target: "ESNext",
      module: "Preserve",
      moduleResolution: "bundler",
      strict: true,
    };
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: { ...options, lib: ["ESNext", "DOM"], types: [], noEmit: true },
        include: ["use.ts"],
      }),
    );
    await writeFile(
      join(folder, "use.ts"),
      `import { defineConfig } from "longstop";
import { deliver, sample } from "longstop/testing";
const { sources } = defineConfig({ sources: { pay: { provider: "stripe" } } });
export const result = deliver(sources.pay, sample("stripe", "invoice.paid"));
// @ts-expect-error no such source
sources.paid;
// @ts-expect-error no such key
defineConfig({ sources: { pay: { provider: "stripe", ordr: "strict" } } });
`,
    );
    const compiled = run([join(top, "node_modules/.bin/tsc"), "-p", folder], folder);
    expect(compiled).toEqual({ code: 0, said: "" });
  },
  PACK_MS_MAX,
);

test("the package holds neither tests nor scripts nor pages' sources", async () => {
  const names = await readdir(join(folder, "node_modules/longstop"));
  expect(names).not.toContain("test");
  expect(names).not.toContain("scripts");
  expect(names).toContain("LICENSE");
});
