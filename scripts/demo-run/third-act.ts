import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import type { Ledger } from "../../examples/demo/ledger.ts";
import { seededRandom } from "../../src/base/random.ts";
import { Server } from "../../test/support/executable.ts";
import { until } from "../../test/support/processes.ts";
import type { ConnectionJson } from "../../test/support/rows.ts";
import { type Posting, SECRETS, shopPostings } from "./postings.ts";
import { sendAll } from "./senders.ts";
import { type Known, ledgerFaults, SubscriberProcess } from "./subscribers.ts";
import { table } from "./table.ts";

const top = resolve(import.meta.dir, "../..");
const SENDERS = 12;
const BATCHES = 80;
const BATCH = 25;
const SETTLED_MS_MAX = 20_000;

/**
 * The executable with `examples/subscribers`: orders come in by webhook, are kept account by account, and are sent on to a
 * subscriber that verifies with `standardwebhooks` and to one that pulls with a key of its own, both in processes of their
 * own; the server is killed with SIGKILL in the middle. In the end each must have the inbox's own ledgers: the same events
 * of each account, once each, in the same order. Answers 1 if not. `deaf` begins the one that is called without its right
 * secret, to show that it would be noticed.
 */
export async function thirdAct(options: { seed: number; deaf: boolean }): Promise<number> {
  const began = performance.now();
  const secret = newSecret();
  const push = await SubscriberProcess.start("push.ts", [options.deaf ? newSecret() : secret]);
  const config = { path: join(top, "examples/subscribers/longstop.config.ts") };
  const env = { ...SECRETS, WAREHOUSE_URL: push.url, WAREHOUSE_SECRET: secret };
  const server = await Server.create({ config, env });
  const ends = [() => push.stop(), () => server.remove()];
  try {
    await server.start();
    const pull = await SubscriberProcess.start("pull.ts", [server.adminUrl, await pullKey(server)]);
    ends.unshift(() => pull.stop());
    console.log(`started    ${server.publicUrl}, a subscriber at ${push.url}, and one that pulls`);
    if (options.deaf) console.log("           who has the wrong secret: this must be noticed");
    const postings = shopPostings(seededRandom(options.seed), BATCHES, BATCH);
    const faults = await sendThroughKill(server, postings);
    await settled(server);
    const inbox = await ledgersOf(server);
    const [pushed, pulled] = [await push.known(), await pull.known()];
    faults.push(...ledgerFaults("push", inbox, pushed), ...ledgerFaults("pull", inbox, pulled));
    if ((await server.stop()) !== 0) faults.push("the server did not end well");
    console.log(`\n${report(inbox, pushed, pulled)}\n`);
    for (const fault of faults.slice(0, 10)) console.log(`wrong: ${fault}`);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      faults.length === 0
        ? `both subscribers know what the inbox knows (${seconds} s)`
        : `\n${faults.length} faults (${seconds} s)`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    for (const end of ends) await end();
  }
}

const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** A key that opens the messages of `books`, and nothing else. */
async function pullKey(server: Server): Promise<string> {
  const body = JSON.stringify({ name: "books", scopes: ["pull:books"] });
  const answer = await server.api("/v1/keys", { method: "POST", body });
  return ((await answer.json()) as { secret: string }).secret;
}

/** Sends all of them, and kills the server once half are acknowledged. Answers what no provider would understand. */
async function sendThroughKill(server: Server, postings: readonly Posting[]): Promise<string[]> {
  const half = Math.floor(postings.length / 2);
  let life = Promise.resolve();
  const acknowledged = (count: number): void => {
    if (count !== half) return;
    life = (async () => {
      await server.kill();
      console.log(`killed     with SIGKILL after ${count} requests, while it receives and sends`);
      await server.start();
      console.log("restarted  and goes on with what it owes");
    })();
  };
  const sent = await sendAll(postings, SENDERS, server.publicUrl, acknowledged, null);
  await life;
  console.log(`sent       ${sent.requests} requests, ${sent.retries} tries were repeated`);
  return sent.faults;
}

/** Until nothing waits to be handled, and nothing is owed. Says so when that does not come. */
async function settled(server: Server): Promise<void> {
  const none = async (list: string): Promise<boolean> =>
    (await server.read<{ data: unknown[] }>(`/v1/${list}?status=pending&limit=1`)).data.length ===
    0;
  await until("nothing is owed any more", SETTLED_MS_MAX, async () => {
    return (await none("events")) && (await none("deliveries"));
  }).catch((error: unknown) => console.log(String(error)));
}

async function ledgersOf(server: Server): Promise<ReadonlyMap<string, Ledger>> {
  const rows = await server.list<ConnectionJson<Ledger>>("/v1/connections?source=shop");
  return new Map(rows.map(({ key, state }) => [key, state ?? {}]));
}

function report(inbox: ReadonlyMap<string, Ledger>, pushed: Known, pulled: Known): string {
  const sum = (all: Iterable<Ledger>, of: "count" | "cents"): string =>
    String([...all].reduce((total, ledger) => total + (ledger[of] ?? 0), 0));
  const row = (name: string, ledgers: readonly Ledger[], again: string, rest: string) => [
    name,
    String(ledgers.length),
    sum(ledgers, "count"),
    sum(ledgers, "cents"),
    again,
    rest,
  ];
  const own = [...inbox.values()];
  return table([
    ["", "accounts", "events", "cents", "came again", ""],
    row("the inbox", own, "", "kept by its handler"),
    row(
      "by push",
      Object.values(pushed.ledgers),
      String(pushed.again),
      `verified with standardwebhooks; ${pushed.busy ?? 0} turned away at first`,
    ),
    row(
      "by pull",
      Object.values(pulled.ledgers),
      String(pulled.again),
      `with a key of its own; ${pulled.failed ?? 0} times nobody answered`,
    ),
  ]);
}
