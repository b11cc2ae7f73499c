import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { freePorts, until } from "../support/processes.ts";

const START_MS_MAX = 60_000;

let folder: string;
let server: Bun.Subprocess<"ignore", "pipe", "pipe">;
let log = "";
let open = "";
let admin = "";

interface SourceJson {
  readonly id: string;
  readonly recognised: { provider: string; title: string; config: string } | null;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longstop-dev-"));
  const [first = 0, second = 0] = await freePorts(2);
  [open, admin] = [`127.0.0.1:${first}`, `127.0.0.1:${second}`];
  server = Bun.spawn([await executable(), "dev", "--public", open, "--admin", admin], {
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  void follow(server.stdout);
  void follow(server.stderr);
  await until("it is ready", START_MS_MAX, async () => {
    return (await fetch(`http://${admin}/readyz`).catch(() => null))?.status === 200;
  });
}, START_MS_MAX);

afterAll(async () => {
  server.kill("SIGTERM");
  await server.exited;
  await rm(folder, { recursive: true, force: true });
});

async function follow(stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) log += decoder.decode(chunk, { stream: true });
}

const post = (name: string, headers: Readonly<Record<string, string>>, body: unknown) =>
  fetch(`http://${open}/in/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const read = async <T>(path: string): Promise<readonly T[]> =>
  ((await (await fetch(`http://${admin}${path}`)).json()) as { data: T[] }).data;

test("without any configuration a sender is recognised, named as it names itself, and can be copied", async () => {
  const stripe = {
    id: "evt_1",
    object: "event",
    type: "invoice.paid",
    data: { object: { id: "in_1", customer: "cus_1" } },
  };
  expect((await post("money", { "stripe-signature": "t=1,v1=00" }, stripe)).status).toBe(202);
  expect((await post("code", { "x-github-event": "push" }, { repository: { id: 7 } })).status).toBe(
    202,
  );
  expect((await post("mine", {}, { type: "hello" })).status).toBe(202);
  const events = await read<{ source: string; type: string; connection: string | null }>(
    "/v1/events",
  );
  const named = events
    .filter(({ source }) => ["money", "code", "mine"].includes(source))
    .map(({ source, type, connection }) => `${source} ${type} ${connection}`);
  expect(named.sort()).toEqual(["code push 7", "mine hello null", "money invoice.paid cus_1"]);
  const sources = await read<SourceJson>("/v1/sources");
  const known = Object.fromEntries(sources.map(({ id, recognised }) => [id, recognised]));
  expect(known["money"]).toMatchObject({ provider: "stripe", title: "Stripe" });
  expect(known["money"]?.config).toContain('"money": {\n      provider: "stripe"');
  expect(known["code"]?.provider).toBe("github");
  expect(known["mine"]).toBeNull();
  expect(log).toContain("looks like Stripe's");
});

test("what only looks like a provider's is taken all the same", async () => {
  const answer = await post(
    "odd",
    { "x-hubspot-signature-v3": "x" },
    { type: "no hubspot at all" },
  );
  expect(answer.status).toBe(202);
});

test("what was taken without a configuration can be replayed, and completes again", async () => {
  const taken = (await (await post("again", {}, { type: "hello" })).json()) as {
    events: { id: string }[];
  };
  const id = taken.events[0]?.id ?? "";
  const asked = await fetch(`http://${admin}/v1/events/${id}/replay`, { method: "POST" });
  expect(asked.status).toBeLessThan(300);
  await until("it is completed again", START_MS_MAX, async () => {
    const event = (await (await fetch(`http://${admin}/v1/events/${id}`)).json()) as {
      status: string;
      replays: number;
    };
    return event.status === "completed" && event.replays === 1;
  });
});
