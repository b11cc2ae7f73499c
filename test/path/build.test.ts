import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { executable } from "../support/executable.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longstop-build-"));
  await executable();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([await executable(), ...args], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: process.env["PATH"] ?? "" },
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

describe("the executable", () => {
  test("knows its version and the commit it was built from", async () => {
    const { code, stdout } = await run("version", "--json");

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: manifest.version,
      commit: expect.stringMatching(/^([0-9a-f]{7,}\+?|unknown)$/),
    });
  }, 20_000);

  test("is not changed by a stray .env or bunfig.toml where it is started", async () => {
    await writeFile(join(folder, ".env"), "LONGSTOP_CONFIG=/from/a/stray/file.ts\n");
    await writeFile(join(folder, "bunfig.toml"), 'preload = ["./stray.ts"]\n');
    await writeFile(
      join(folder, "stray.ts"),
      'require("node:fs").writeFileSync("stray-ran", "");\n',
    );

    const { code, stdout, stderr } = await run("check");

    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain("/from/a/stray");
    expect(existsSync(join(folder, "stray-ran"))).toBe(false);
  }, 20_000);

  test("reads a configuration in TypeScript with modules beside it and `longstop` from itself", async () => {
    await writeFile(join(folder, "secret.ts"), 'export const secret: string = "from beside";\n');
    await writeFile(
      join(folder, "good.config.ts"),
      `import { defineConfig } from "longstop";
       import { secret } from "./secret";
       export default defineConfig({ sources: { shop: { provider: "github", secrets: [secret] } } });`,
    );

    expect(await run("check", "--config", "good.config.ts")).toMatchObject({ code: 0 });
  }, 20_000);

  test("tells every fault of a configuration at once, each with its path", async () => {
    await writeFile(
      join(folder, "bad.config.ts"),
      `import { defineConfig, env } from "longstop";
       export default defineConfig({ sources: { shop: { provider: "githup", secrets: [env("NOT_SET")], timeout: "30 parsecs" } } });`,
    );

    const { code, stdout, stderr } = await run("check", "--config", "bad.config.ts");

    expect(code).toBe(1);
    for (const told of ["sources.shop.provider", "github", "NOT_SET", "sources.shop.timeout"])
      expect(stdout + stderr).toContain(told);
  }, 20_000);
});
