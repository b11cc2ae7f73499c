import { afterAll, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { Server } from "../support/executable.ts";
import { until } from "../support/processes.ts";
import { type Delivery, GITHUB_HOOK, GITHUB_TOKEN, githubStub } from "../support/stubs/github.ts";
import { served } from "../support/stubs/serving.ts";
import { STRIPE_KEY, stripeStub } from "../support/stubs/stripe.ts";
import type { Happened, Stub } from "../support/stubs/stub.ts";

/** Providers that list, on sockets, asked by the executable: their webhooks are lost and doubled, and it is killed. */

const SECRET = "whsec_of_the_tests";
const EVENTS = 60;
const own: Happened[] = [];
const deliveries: Delivery[] = [];
const stripe = served(stripeStub({ own }));
const api = new URL(GITHUB_HOOK).origin;
const github = served((ask) => atHome(githubStub(deliveries)(ask)));
afterAll(() => {
  stripe[Symbol.dispose]();
  github[Symbol.dispose]();
});

/** Its links lead to where it is served. */
function atHome(answer: ReturnType<Stub>): ReturnType<Stub> {
  const { link } = answer.headers ?? {};
  return link === undefined
    ? answer
    : { ...answer, headers: { link: link.replace(api, github.url) } };
}

const counting = (id: string) =>
  `onEvent(event, ctx) { ctx.state[${id}] = (ctx.state[${id}] ?? 0) + 1; },`;
const RECONCILE = `reconcile: { every: "1s", rate: "200/s" }, secrets: ["${SECRET}"],`;
const config = `import { defineConfig } from "longstop";
export default defineConfig({
  network: { allowPrivate: ["127.0.0.1/32"] },
  sources: {
    payments: { provider: "stripe", apiKey: "${STRIPE_KEY}", baseUrl: "${stripe.url}",
      ${RECONCILE} ${counting("event.data.id")} },
    code: { provider: "github", apiKey: "${GITHUB_TOKEN}", baseUrl: "${GITHUB_HOOK.replace(api, github.url)}",
      ${RECONCILE} ${counting(`event.headers["x-github-delivery"]`)} },
  },
});
`;

const hmac = (text: string): string => createHmac("sha256", SECRET).update(text).digest("hex");

/** A payment happens; its webhook is sent so many times. */
async function payment(server: Server, index: number, times: number): Promise<void> {
  const created = Math.floor(Date.now() / 1000);
  const [id, type] = [`evt_${String(index).padStart(6, "0")}`, "invoice.paid"];
  const object = { id: `in_${index}`, object: "invoice", customer: `cus_${index % 3}` };
  const payload = { id, object: "event", type, created, data: { object } };
  own.push({ id, type, at: created * 1000, payload });
  const body = JSON.stringify(payload);
  const headers = { "stripe-signature": `t=${created},v1=${hmac(`${created}.${body}`)}` };
  for (let copy = 0; copy < times; copy++) await posted(server, "payments", headers, body);
}

/** An issue is opened; its delivery is tried so many times, or once in vain. */
async function issue(server: Server, index: number, times: number): Promise<void> {
  const payload = { action: "opened", repository: { id: 42 }, issue: { number: index } };
  const guid = `guid-${index}`;
  const body = JSON.stringify(payload);
  const signed = { "x-hub-signature-256": `sha256=${hmac(body)}` };
  const headers = { ...signed, "x-github-event": "issues", "x-github-delivery": guid };
  for (let copy = 0; copy < Math.max(times, 1); copy++) {
    const code = times === 0 ? 0 : await posted(server, "code", headers, body);
    const id = String(deliveries.length + 1);
    const status = code === 0 ? "failed to connect to host" : "OK";
    deliveries.push({ id, guid, type: "issues", at: Date.now(), payload, status, code });
  }
}

/** 0: nobody was there. */
async function posted(
  server: Server,
  source: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<number> {
  const fields = { "content-type": "application/json", ...headers };
  const request = { method: "POST", headers: fields, body };
  return fetch(`${server.publicUrl}/in/${source}`, request).then(
    ({ status }) => status,
    () => 0,
  );
}

async function happen(server: Server, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    // Of ten, three are lost and two doubled.
    const times = index % 10 < 3 ? 0 : index % 10 < 5 ? 2 : 1;
    await Promise.all([payment(server, index, times), issue(server, index, times)]);
  }
}

interface Row {
  readonly status: string;
  readonly origin: string;
}

test("what Stripe and GitHub lost is fetched over their documented lists, and all of it is handled once, also when killed", async () => {
  const server = await Server.create({ config });
  try {
    await server.start();
    const began = new Date().toISOString();
    await happen(server, 0, 25);
    await server.kill();
    await happen(server, 25, 35);
    await server.start();
    await happen(server, 35, EVENTS);
    for (const source of ["payments", "code"]) {
      await until(`all of ${source} is handled`, 15_000, async () => {
        const rows = await server.list<Row>(`/v1/events?source=${source}`);
        return rows.length >= EVENTS && rows.every(({ status }) => status === "completed");
      });
      await sweptAgain(server, source, began);
      const rows = await server.list<Row>(`/v1/events?source=${source}`);
      expect(rows).toHaveLength(EVENTS);
      const polled = rows.filter(({ origin }) => origin === "poll").length;
      expect([polled >= 15, polled <= 35]).toEqual([true, true]);
      const times = await handled(server, source);
      expect(times).toEqual(Array.from({ length: EVENTS }, () => 1));
    }
  } finally {
    await server.remove();
  }
}, 60_000);

/** Everything from the beginning is listed once more. */
async function sweptAgain(server: Server, source: string, since: string): Promise<void> {
  const body = JSON.stringify({ since });
  const asked = await server.api(`/v1/sources/${source}/sweep`, { method: "POST", body });
  const { sweep: id } = (await asked.json()) as { sweep: string };
  await until("the sweep is over", 5_000, async () => {
    const sweep = await server.api(`/v1/sweeps/${id}`);
    return sweep.ok && ((await sweep.json()) as { status: string }).status === "done";
  });
}

/** How often each event was handled, by what handlers have written down. */
async function handled(server: Server, source: string): Promise<number[]> {
  const connections = await server.list<{ key: string }>(`/v1/connections?source=${source}`);
  const states = await Promise.all(
    connections.map(async ({ key }) => {
      const path = `/v1/connections/${source}/${encodeURIComponent(key)}`;
      return (await server.read<{ state: Record<string, number> }>(path)).state;
    }),
  );
  return states.flatMap((state) => Object.values(state));
}
