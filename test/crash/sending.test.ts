import { afterAll, expect, test } from "bun:test";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { Server } from "../support/executable.ts";
import { post } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import type { Receipt } from "../support/rows.ts";
import { deliveriesOf, sendingConfig } from "../support/sending-path.ts";
import { Subscriber } from "../support/subscriber.ts";

const KILLS = 12;
const SENDERS = 4;
const CONNECTIONS_EACH = 3;
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 1e9));
const NAMES = ["ordered", "loose", "shaky"] as const;

/** Every fifth request is refused by the third: there is always something to be tried again when a kill comes. */
const SHAKY_EVERY = 5;

const subscribers = NAMES.map(() => new Subscriber());
const [ordered, , shaky] = subscribers;
if (shaky !== undefined)
  shaky.answer = () => new Response(null, { status: shaky.got.length % SHAKY_EVERY ? 204 : 500 });

const servers: Server[] = [];
afterAll(async () => {
  await Promise.all(servers.map((server) => server.remove()));
  await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
});

test(`after ${KILLS} kills while events go to three endpoints, each has each acknowledged event, under one id, and in order where it wants it (CRASH_SEED=${SEED})`, async () => {
  const [first, second, third] = subscribers.map(({ url }) => url);
  const retry = `retry: { attempts: 100, base: "50ms", factor: 1 }`;
  const server = await Server.create({
    config: sendingConfig(`
      ordered: { url: "${first}", order: "connection", ${retry} },
      loose: { url: "${second}", concurrency: 50, ${retry} },
      shaky: { url: "${third}", order: "connection", ${retry} },`),
  });
  servers.push(server);
  const load = new Load(server);

  const senders = Array.from({ length: SENDERS }, (_, sender) => load.send(sender));
  await killAgainAndAgain(server, seededRandom(SEED));
  await server.start();
  load.ending = true;
  await Promise.all(senders);
  await until("nothing is owed any more", 60_000, () => nothingIsOwed(server));

  const sent = load.acknowledged;
  expect(load.faults).toEqual([]);
  expect(sent.size).toBeGreaterThan(SENDERS * CONNECTIONS_EACH);
  for (const [place, subscriber] of subscribers.entries()) {
    const name = NAMES[place] ?? "";
    expect([name, missing(sent, subscriber)]).toEqual([name, []]);
    expect([name, strangeIds(subscriber)]).toEqual([name, []]);
  }
  expect(ordered === undefined ? ["gone"] : orderFaults(ordered)).toEqual([]);
  // It refuses some: what it has accepted of a connection is in order all the same.
  expect(shaky === undefined ? ["gone"] : orderFaults(shaky)).toEqual([]);
  const [sample = ""] = sent.values();
  const rows = [...(await deliveriesOf(server, sample)).values()];
  expect(rows.map(({ status }) => status)).toEqual(["delivered", "delivered", "delivered"]);
  console.log(
    `crash: ${KILLS} kills, ${sent.size} events, sent ${subscribers.map(({ got }) => got.length).join(", ")} times to ${NAMES.join(", ")}`,
  );
}, 120_000);

/** Senders that know what was acknowledged. */
class Load {
  /** Event ids by what was sent. */
  readonly acknowledged = new Map<string, string>();
  readonly faults: string[] = [];
  ending = false;
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Sends to its own connections in turn, each event only once the one before is acknowledged. */
  async send(sender: number): Promise<void> {
    for (let count = 0; !this.ending; count++) {
      const connection = `${sender}-${count % CONNECTIONS_EACH}`;
      const id = `${connection}-${String(count).padStart(8, "0")}`;
      while (!(await this.#sendOnce(id, connection))) await Bun.sleep(20);
      await Bun.sleep(5);
    }
  }

  async #sendOnce(id: string, connection: string): Promise<boolean> {
    const answer = await post(this.#server, "plain", { id, connection }).catch(() => null);
    const receipt =
      answer?.status === 202 ? ((await answer.json().catch(() => null)) as Receipt | null) : null;
    if (answer !== null && answer.status !== 202 && answer.status !== 503)
      this.faults.push(`${id} was answered ${answer.status}`);
    const event = receipt?.events[0];
    if (event === undefined) return false;
    this.acknowledged.set(id, event.id);
    return true;
  }
}

/** Half of the kills come at any moment after the start, also within recovery; half while it is sending. */
async function killAgainAndAgain(server: Server, random: Random): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % 2 === 0) await server.start();
    else await server.spawn();
    await Bun.sleep(100 + random.below(700));
    await server.kill();
  }
}

async function nothingIsOwed(server: Server): Promise<boolean> {
  const page = await server.read<{ data: unknown[] }>("/v1/deliveries?status=pending&limit=1");
  return page.data.length === 0;
}

/** The sender's own name of what came. */
const thingIn = (body: string): { id: string; connection: string } =>
  JSON.parse(body) as { id: string; connection: string };

function missing(sent: ReadonlyMap<string, string>, { got }: Subscriber): string[] {
  const there = new Set(got.map(({ id, body }) => `${thingIn(body).id} ${id}`));
  return [...sent].filter(([id, event]) => !there.has(`${id} ${event}`)).map(([id]) => id);
}

/** However often it comes, an event has one `webhook-id`, and an id one body. */
function strangeIds({ got }: Subscriber): string[] {
  const ids = Map.groupBy(got, ({ body }) => thingIn(body).id);
  const bodies = Map.groupBy(got, ({ id }) => id);
  const several = (all: readonly string[]): boolean => new Set(all).size > 1;
  return [
    ...[...ids].filter(([, all]) => several(all.map(({ id }) => id))).map(([id]) => id),
    ...[...bodies].filter(([, all]) => several(all.map(({ body }) => body))).map(([id]) => id),
  ];
}

/** What is sent again after a kill is the newest of its connection: the next is not sent before it is known to have arrived. */
function orderFaults({ got }: Subscriber): string[] {
  const faults: string[] = [];
  const newest = new Map<string, string>();
  for (const { body } of got) {
    const { id, connection } = thingIn(body);
    const before = newest.get(connection) ?? "";
    if (id < before) faults.push(`${connection}: ${id} came after ${before}`);
    else newest.set(connection, id);
  }
  return faults;
}
