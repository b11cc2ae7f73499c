/**
 * A subscriber that comes for its events: `bun pull.ts <url of the operators' API> <key>`. Takes up to a hundred at a time,
 * and acknowledges the last one when all are taken. While the server is away it asks again.
 * `GET /` shows what it knows. Prints its port.
 */
import { Ledgers } from "./ledgers";

interface Message {
  readonly id: string;
  readonly data: { readonly account: { readonly id: string }; readonly total: number };
}

const [api = "", key = ""] = process.argv.slice(2);
const AGAIN_MS = 100;
const ledgers = new Ledgers();
let [rounds, failed] = [0, 0];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => ledgers.report({ rounds, failed }),
});
console.log(server.port);

async function ask(path: string, body?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${api}/v1/endpoints/books/${path}`, { headers, ...sent });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
  return answer.json();
}

/** Takes what there is, and says so afterwards: what was taken and not acknowledged comes again. */
async function takeSome(): Promise<void> {
  const { data } = (await ask("messages?limit=100&wait=5s")) as { data: Message[] };
  for (const { id, data: order } of data) ledgers.apply(id, order.account.id, order.total);
  const last = data.at(-1);
  if (last !== undefined) await ask("ack", { upTo: last.id });
  rounds++;
}

for (;;) {
  try {
    await takeSome();
  } catch {
    failed++;
    await Bun.sleep(AGAIN_MS);
  }
}
