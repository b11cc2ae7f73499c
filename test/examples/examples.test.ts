import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { executable, Server } from "../support/executable.ts";
import { until } from "../support/processes.ts";

const EXAMPLES = resolve(import.meta.dir, "../../examples");
const RUN_MS_MAX = 60_000;

interface Example {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** What is sent to it, and what becomes of that. */
  readonly send: readonly [provider: string, type: string];
  readonly status: "completed" | "skipped" | "failed";
}

const secret = `whsec_${btoa("an-example-of-thirty-two-letters")}`;

/**
 * Those that a user begins with. Each has tests of its own handlers beside it. A sample that lacks what a handler
 * needs (an order's lines) shows what a dead letter looks like.
 */
const STARTING: readonly Example[] = [
  {
    name: "orders",
    env: { SHOPIFY_WEBHOOK_SECRET: "s3cret" },
    send: ["shopify", "orders/paid"],
    status: "failed",
  },
  {
    name: "subscriptions",
    env: { STRIPE_WEBHOOK_SECRET: secret },
    send: ["stripe", "customer.subscription.updated"],
    status: "completed",
  },
  {
    name: "signups",
    env: { WEBSITE_WEBHOOK_SECRET: secret },
    send: ["standard-webhooks", "user.signed_up"],
    status: "completed",
  },
  {
    name: "inventory",
    env: { STOCK_API_KEY: "k3y-of-the-tills" },
    send: ["custom", "sold"],
    status: "failed",
  },
  {
    name: "report",
    env: { TAKINGS_KEY: "k3y-of-the-tills" },
    send: ["custom", "day.ended"],
    status: "completed",
  },
];

async function run(words: readonly string[], cwd: string, env: Example["env"] = {}) {
  const child = Bun.spawn([await executable(), ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said: out + errors };
}

beforeAll(async () => void (await executable()), RUN_MS_MAX);

test(
  "a copied example passes its own tests with nothing but the executable",
  async () => {
    for (const { name } of STARTING) {
      const folder = await mkdtemp(join(tmpdir(), `longstop-${name}-`));
      await cp(join(EXAMPLES, name), folder, { recursive: true });
      const { code, said } = await run(["test"], folder);
      await rm(folder, { recursive: true, force: true });
      expect(said).toContain(" 0 fail");
      expect(code).toBe(0);
    }
  },
  RUN_MS_MAX,
);

test("whatever has tests is tested here", async () => {
  const files = await readdir(EXAMPLES, { recursive: true });
  const tested = new Set(
    files.filter((file) => file.endsWith(".test.ts")).map((file) => file.split(/[\\/]/)[0]),
  );
  expect([...tested].sort()).toEqual(STARTING.map(({ name }) => name).sort());
});

for (const { name, env, send, status } of STARTING) {
  describe(name, () => {
    let server: Server;
    beforeAll(async () => {
      const path = join(EXAMPLES, name, "longstop.config.ts");
      server = await Server.create({ config: { path }, env });
      await server.start();
    }, RUN_MS_MAX);
    afterAll(() => server.remove());

    test(
      `runs as it is, and takes what ${send[0]} sends`,
      async () => {
        const config = join(EXAMPLES, name, "longstop.config.ts");
        const words = ["send", ...send, "--config", config, "--to", server.publicUrl];
        const { code, said } = await run(words, server.folder, env);
        expect(said).toContain("accepted");
        expect(code).toBe(0);
        await until("the event is settled", 10_000, async () => {
          const [event] = await server.list<{ type: string; status: string }>(
            "/v1/events?origin=webhook",
          );
          return event?.status === status;
        });
      },
      RUN_MS_MAX,
    );
  });
}
