import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { executable } from "../support/executable.ts";

const top = resolve(import.meta.dir, "../..");
const RUN_MS_MAX = 60_000;

const CONFIG = `
import { defineConfig, env } from "longstop";
import { applyPayment } from "./payments.ts";
export default defineConfig({
  sources: {
    payments: {
      provider: "stripe",
      secrets: [env("A_SECRET_THAT_NO_TEST_HAS")],
      retry: { attempts: 2 },
      onEvent: applyPayment,
    },
  },
});
`;

const HANDLER = `
import type { Context, Event } from "longstop";
export async function applyPayment(event: Event, ctx: Context<{ paid?: number }>): Promise<void> {
  if (event.type !== "invoice.paid") ctx.skip("not a payment");
  const id = await ctx.step("book", () => "booking-1");
  ctx.state.paid = (ctx.state.paid ?? 0) + event.data.data.object.amount_paid;
  ctx.emit("payment.booked", { id });
}
`;

const TEST = `
import { expect, test } from "bun:test";
import { deliver, sample } from "longstop/testing";
import config from "./longstop.config.ts";

const paid = sample("stripe", "invoice.paid", { data: { data: { object: { amount_paid: 500 } } } });

test("a payment is booked", async () => {
  const result = await deliver(config.sources.payments, paid, { state: { paid: 100 } });
  expect(result).toMatchObject({
    outcome: "completed",
    state: { paid: 600 },
    steps: { book: "booking-1" },
    emitted: [{ type: "payment.booked" }],
  });
});

test("a ledger that is down is asked again", async () => {
  const result = await deliver(config.sources.payments, paid, {
    failures: { book: new Error("ledger is down") },
    until: "settled",
  });
  expect(result).toMatchObject({ outcome: "failed", attempts: 2, state: {} });
});

test("what a test starts is not the runtime any more", () => {
  expect(process.env["BUN_BE_BUN"]).toBeUndefined();
});
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longstop-team-"));
  await writeFile(join(folder, "longstop.config.ts"), CONFIG);
  await writeFile(join(folder, "payments.ts"), HANDLER);
  await writeFile(join(folder, "payments.test.ts"), TEST);
  await executable();
}, RUN_MS_MAX);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(
  command: readonly string[],
  cwd = folder,
): Promise<{ code: number; said: string }> {
  const env = { HOME: folder, PATH: "/nonexistent", TMPDIR: tmpdir() };
  const child = Bun.spawn([...command], { cwd, env, stdout: "pipe", stderr: "pipe" });
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said: out + errors };
}

test(
  "the executable alone tests a team's handlers: no package, no runtime, no secret",
  async () => {
    const { code, said } = await run([await executable(), "test"]);
    expect(said).toContain("3 pass");
    expect(code).toBe(0);
  },
  RUN_MS_MAX,
);

test(
  "a handler that breaks its promise makes the command fail, and names the test",
  async () => {
    await writeFile(
      join(folder, "broken.test.ts"),
      `import { expect, test } from "bun:test";
       import { deliver } from "longstop/testing";
       test("it holds", async () => {
         expect((await deliver((_event, ctx) => ctx.fail("no"), { type: "x" })).outcome).toBe("completed");
       });`,
    );
    const all = await run([await executable(), "test"]);
    expect(all.said).toContain("(fail) it holds");
    expect(all.code).toBe(1);
    // Words choose files, and names choose tests.
    const some = await run([await executable(), "test", "payments", "--name", "booked"]);
    expect(some.said).toContain("1 pass");
    expect(some.code).toBe(0);
    const told = await run([await executable(), "test", "broken", "--json"]);
    expect(told.said).toMatch(/^\{"passed":false\}\n|^\{\n? *"passed": false/);
    const none = await run([await executable(), "test", "no-such-file"]);
    expect(none.code).toBe(1);
    await rm(join(folder, "broken.test.ts"));
  },
  RUN_MS_MAX,
);

test(
  "as a package it works under the plain runtime",
  async () => {
    const own = await mkdtemp(join(tmpdir(), "longstop-package-"));
    await mkdir(join(own, "node_modules"));
    await symlink(top, join(own, "node_modules/longstop"));
    for (const [name, text] of [
      ["longstop.config.ts", CONFIG],
      ["payments.ts", HANDLER],
      ["payments.test.ts", TEST],
    ] as const)
      await writeFile(join(own, name), text);
    const { code, said } = await run([process.execPath, "test"], own);
    await rm(own, { recursive: true, force: true });
    expect(said).toContain("3 pass");
    expect(code).toBe(0);
  },
  RUN_MS_MAX,
);
