import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { Server } from "../support/executable.ts";
import { post, SOURCE_KEYS } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import type { ConnectionJson, EventJson, Receipt } from "../support/rows.ts";

const KILLS = 20;
const SENDERS = 8;
const CONNECTIONS_EACH = 4;
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 1e9));

/** The handler leaves a line outside for each run, and a chain over all its events in its state. */
const CONFIG = `
import { appendFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { defineConfig } from "longstop";
export default defineConfig({
  sources: {
    load: {${SOURCE_KEYS}
      onEvent: (event, ctx) => {
        appendFileSync(import.meta.dir + "/effects.log", event.id + " " + ctx.connection.key + "\\n");
        const chain = createHash("sha256").update((ctx.state.chain ?? "") + event.id).digest("hex");
        ctx.state = { count: (ctx.state.count ?? 0) + 1, chain };
      },
    },
  },
});`;

const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => server.remove())));

test(`after ${KILLS} kills under load nothing acknowledged is missing, nothing settled runs again, and order holds (CRASH_SEED=${SEED})`, async () => {
  const server = await Server.create({ config: CONFIG, files: { "effects.log": "" } });
  const effects = join(server.folder, "effects.log");
  servers.push(server);
  const load = new Load(server, effects);

  const senders = Array.from({ length: SENDERS }, (_, sender) => load.send(sender));
  const watching = load.watch();
  await killAgainAndAgain(server, seededRandom(SEED));
  await server.start();
  load.ending = true;
  await Promise.all([...senders, watching]);
  await until(
    "nothing is pending",
    30_000,
    async () =>
      (await server.read<{ data: unknown[] }>("/v1/events?status=pending&limit=1")).data.length ===
      0,
  );

  const events = await server.list<EventJson>("/v1/events?source=load");
  expect(load.faults).toEqual([]);
  expect(load.acknowledged.size).toBeGreaterThan(SENDERS * CONNECTIONS_EACH);
  expect(missing(load.acknowledged, events)).toEqual([]);
  expect(events.filter(({ status }) => status !== "completed")).toEqual([]);
  expect(await chainFaults(server, events)).toEqual([]);
  expect(orderFaults(events)).toEqual([]);
  expect(effectFaults(effects, load.settledAt)).toEqual([]);
  console.log(
    `crash: ${KILLS} kills, ${events.length} events, ${load.settledAt.size} of them seen settled before a kill`,
  );
}, 90_000);

/** What senders and a reader outside know. */
class Load {
  /** Event ids by what was sent. */
  readonly acknowledged = new Map<string, string>();
  /** How long the effects' file was when an event was first seen settled. */
  readonly settledAt = new Map<string, number>();
  readonly faults: string[] = [];
  ending = false;
  readonly #server: Server;
  readonly #effects: string;

  constructor(server: Server, effects: string) {
    this.#server = server;
    this.#effects = effects;
  }

  /** Sends to its own connections in turn, each event only once the one before is acknowledged. */
  async send(sender: number): Promise<void> {
    for (let count = 0; !this.ending; count++) {
      const connection = `${sender}-${count % CONNECTIONS_EACH}`;
      const id = `${connection}-${String(count).padStart(8, "0")}`;
      while (!(await this.#sendOnce(id, connection))) await Bun.sleep(20);
      await Bun.sleep(2);
    }
  }

  async #sendOnce(id: string, connection: string): Promise<boolean> {
    const answer = await post(this.#server, "load", { id, connection }).catch(() => null);
    const receipt =
      answer?.status === 202 ? ((await answer.json().catch(() => null)) as Receipt | null) : null;
    if (answer !== null && answer.status !== 202 && answer.status !== 503)
      this.faults.push(`${id} was answered ${answer.status}`);
    const event = receipt?.events[0];
    if (event === undefined) return false;
    this.acknowledged.set(id, event.id);
    return true;
  }

  async watch(): Promise<void> {
    while (!this.ending) {
      const page = await this.#server
        .read<{ data: EventJson[] }>("/v1/events?status=completed&limit=200")
        .catch(() => null);
      const size = readFileSync(this.#effects).length;
      for (const { id } of page?.data ?? [])
        if (!this.settledAt.has(id)) this.settledAt.set(id, size);
      await Bun.sleep(20);
    }
  }
}

/** Half of the kills come at any moment after the start, also within recovery; half while it is serving. */
async function killAgainAndAgain(server: Server, random: Random): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % 2 === 0) await server.start();
    else await server.spawn();
    await Bun.sleep(20 + random.below(700));
    await server.kill();
  }
}

function missing(
  acknowledged: ReadonlyMap<string, string>,
  events: readonly EventJson[],
): string[] {
  const ids = new Map(events.map(({ dedupeKey, id }) => [dedupeKey, id]));
  const lost = [...acknowledged].filter(([sent, id]) => ids.get(sent) !== id);
  const doubled = events.length - ids.size;
  return [
    ...lost.map(([sent]) => `${sent} is missing`),
    ...(doubled === 0 ? [] : [`${doubled} are there twice`]),
  ];
}

const byConnection = (events: readonly EventJson[]): Map<string, EventJson[]> =>
  Map.groupBy(
    [...events].sort((a, b) => (a.id < b.id ? -1 : 1)),
    ({ connection }) => connection ?? "",
  );

/** By state, each event was handled once, in the order of the journal. */
async function chainFaults(server: Server, events: readonly EventJson[]): Promise<string[]> {
  const faults: string[] = [];
  for (const [key, own] of byConnection(events)) {
    const { state } = await server.read<ConnectionJson<{ count: number; chain: string }>>(
      `/v1/connections/load/${key}`,
    );
    const chain = own.reduce(
      (before, { id }) => new Bun.CryptoHasher("sha256").update(before + id).digest("hex"),
      "",
    );
    if (state?.count !== own.length)
      faults.push(`${key}: ${state?.count} handled of ${own.length}`);
    else if (state.chain !== chain) faults.push(`${key}: handled in another order`);
  }
  return faults;
}

/** The journal's order within a connection is the order in which its one sender was acknowledged. */
function orderFaults(events: readonly EventJson[]): string[] {
  const faults: string[] = [];
  for (const [key, own] of byConnection(events)) {
    const sent = own.map(({ dedupeKey }) => dedupeKey);
    if (sent.join() !== [...sent].sort().join()) faults.push(`${key}: ${sent.join()}`);
  }
  return faults;
}

/** Effects outside are at least once: a run may be repeated, but never after its event was seen settled, nor out of order. */
function effectFaults(effects: string, settledAt: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const newest = new Map<string, string>();
  let offset = 0;
  for (const line of readFileSync(effects, "utf8").split("\n").filter(Boolean)) {
    const [id = "", key = ""] = line.split(" ");
    if (offset >= (settledAt.get(id) ?? Number.POSITIVE_INFINITY))
      faults.push(`${id} ran again after it was settled`);
    if (id < (newest.get(key) ?? "")) faults.push(`${key}: ${id} ran after ${newest.get(key)}`);
    newest.set(key, id);
    offset += line.length + 1;
  }
  return faults;
}
