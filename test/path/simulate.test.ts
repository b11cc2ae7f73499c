import { afterAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import type { Stats } from "../../src/cli/simulate/finlink.ts";
import { freePorts, until } from "../support/processes.ts";

/** The simulated provider as a process, with its sockets. */

const main = resolve(import.meta.dir, "../../src/main.ts");
const [port = 0] = await freePorts(1);
const to = `http://127.0.0.1:${port}/in/bank`;
const child = Bun.spawn(
  [
    ...[process.execPath, main, "simulate", "finlink", "--to", to, "--port", "0", "--json"],
    ...["--speed", "100000", "--duration", "2d", "--connections", "30", "--lose", "0.2"],
  ],
  { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
);
const errors = new Response(child.stderr).text();
const lines: string[] = [];
const reading = (async () => {
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = `${rest}${chunk}`.split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
})();
afterAll(() => child.kill("SIGKILL"));

test("it says how to be reached, waits for its receiver, plays, tells the truth, and ends on Ctrl-C", async () => {
  await until("it has said where it is", 20_000, () => lines.length > 0);
  const { url, credentials, config } = JSON.parse(lines[0] ?? "") as Record<string, string>;
  expect(config).toContain(`baseUrl: "${url}"`);
  expect(config).toContain("bank: {");
  const stats = async (): Promise<Stats> =>
    (await fetch(`${url}/__stats`)).json() as Promise<Stats>;
  expect((await stats()).nowMs).toBe(-1);
  const seen = new Set<string>();
  const receiver = Bun.serve({
    hostname: "127.0.0.1",
    port,
    fetch: (request) => {
      if (request.method === "POST") seen.add(request.headers.get("vumi-verification") ?? "");
      return new Response(null, { status: 202 });
    },
  });
  try {
    await until("the play is over", 20_000, async () => (await stats()).finished);
    const { webhooks } = await stats();
    expect(webhooks.accepted).toBe(webhooks.due - webhooks.lost);
    expect(webhooks.lost).toBeGreaterThan(0);
    expect(seen.size).toBe(webhooks.accepted);
    const login = { method: "POST", body: JSON.stringify(credentials) };
    const { token } = (await (await fetch(`${url}/api/v1/auth/login`, login)).json()) as {
      token: string;
    };
    const headers = { authorization: `Bearer ${token}` };
    const listed = await (await fetch(`${url}/api/v1/queries/connections`, { headers })).json();
    const truth = (await (await fetch(`${url}/__truth`)).json()) as {
      connections: { state: unknown }[];
    };
    const states = truth.connections.flatMap(({ state }) => (state === null ? [] : [state]));
    expect<unknown>(listed).toEqual(states);
    const order = (body: string) => fetch(`${url}/__control`, { method: "POST", body });
    expect((await order("explode")).status).toBe(400);
    expect((await order("finish")).status).toBe(200);
    expect((await fetch(`${url}/__nothing`)).status).toBe(404);
  } finally {
    await receiver.stop(true);
  }
  child.kill("SIGINT");
  expect(await child.exited).toBe(0);
  await reading;
  expect(await errors).toContain("time begins when somebody does");
}, 60_000);
