import { Latencies } from "../../src/cli/bench/latencies.ts";
import { BenchRequests } from "../../src/cli/bench/requests.ts";
import type { Server } from "../../test/support/executable.ts";
import { count, type Figure, median, ms, perSecond } from "./figure.ts";
import { WARM_UP_S } from "./ingest.ts";
import { ReceivingEnd } from "./receiving-end.ts";
import { type Rig, SECRET, within } from "./rig.ts";

const ENDPOINTS = 100;
const POSTERS = 8;
/** Between two requests of one poster, ms: well below what is taken at full load, since p99 there is a queue's. */
const PACE_MS = 5;
const CONNECTIONS = 100;
const ARRIVE_MS_MAX = 30_000;
const TYPE = "bench.fanned";

interface Round {
  readonly deliveries: number;
  /** From a message's publishing until the last endpoint has it, ms. */
  readonly lastAfter: number;
  readonly quiet: number;
  readonly busy: number;
}

/**
 * One message to a hundred endpoints, the next one as soon as all have it: how many deliveries a second that makes, and
 * how much longer the acknowledgement of a webhook takes meanwhile (p99, of 8 senders with a pause between requests).
 */
export async function fanOut(rig: Rig, rounds: number, seconds: number): Promise<Figure> {
  const receiver = await ReceivingEnd.start(rig);
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const measured = await measure(rig, receiver, seconds);
    done.push(measured);
    const { deliveries, lastAfter, busy, quiet } = measured;
    console.error(
      `fan ${perSecond(deliveries)}, the last has it after ${ms(lastAfter)}; receiving p99 ${ms(busy)}, quiet ${ms(quiet)}`,
    );
  }
  const middle = (of: (round: Round) => number): number => median(done.map(of));
  return {
    id: "fan",
    what: "p99 of receiving while one event after the other goes to 100 endpoints",
    ours: `${ms(middle(({ busy }) => busy))} at ${perSecond(middle(({ deliveries }) => deliveries))} delivered`,
    other: `${ms(middle(({ quiet }) => quiet))} while nothing is sent`,
    value: middle(({ busy, quiet }) => busy / quiet),
    bound: { most: 3 },
    unit: "",
    note: `${count(ENDPOINTS)} endpoints, the last of which has a message ${ms(middle(({ lastAfter }) => lastAfter))} (median) after it was published; ${POSTERS} senders of webhooks with ${PACE_MS} ms between requests; medians of ${rounds} rounds`,
    rounds: done,
  };
}

async function measure(rig: Rig, receiver: ReceivingEnd, seconds: number): Promise<Round> {
  const endpoints = Array.from(
    { length: ENDPOINTS },
    (_, place) => `e${place}: { url: "${receiver.url}/${place}", types: ["${TYPE}"] }`,
  );
  const server = await rig.server({ gated: false, endpoints: endpoints.join(", ") });
  await server.start();
  const posters = new Posters(server);
  const untilQuiet = performance.now() + (WARM_UP_S + seconds) * 1_000;
  await Bun.sleep(WARM_UP_S * 1_000);
  const quiet = posters.measure();
  await Bun.sleep(Math.max(0, untilQuiet - performance.now()));
  await publishFor(server, receiver, WARM_UP_S);
  const busy = posters.measure();
  const { perSecond: deliveries, lastAfter } = await publishFor(server, receiver, seconds);
  await posters.end();
  await server.remove();
  return { deliveries, lastAfter, quiet: quiet.percentile(0.99), busy: busy.percentile(0.99) };
}

/** One message after the other, each once the one before has arrived everywhere. */
async function publishFor(
  server: Server,
  receiver: ReceivingEnd,
  seconds: number,
): Promise<{ perSecond: number; lastAfter: number }> {
  const body = JSON.stringify({ type: TYPE, data: { note: "x".repeat(1_000) } });
  const began = performance.now();
  const took = new Latencies();
  let arrived = 0;
  await receiver.forget();
  while (performance.now() - began < seconds * 1_000) {
    const published = performance.now();
    const answer = await server.api("/v1/messages", { method: "POST", body });
    if (!answer.ok) throw new Error(`a message was answered ${answer.status}`);
    arrived += ENDPOINTS;
    await within(ARRIVE_MS_MAX, "all endpoints have the message", receiver.has(arrived));
    took.add(performance.now() - published);
  }
  const tookS = (performance.now() - began) / 1_000;
  return { perSecond: arrived / tookS, lastAfter: took.percentile(0.5) };
}

/** Senders of webhooks that nobody is sent on, until `end`. */
class Posters {
  readonly #requests = new BenchRequests({
    secret: SECRET,
    host: "bench",
    connections: CONNECTIONS,
  });
  readonly #url: string;
  readonly #all: Promise<unknown>;
  #latencies = new Latencies();
  #next = 0;
  #ended = false;

  constructor(server: Server) {
    this.#url = `${server.publicUrl}/in/bench`;
    this.#all = Promise.all(Array.from({ length: POSTERS }, () => this.#post()));
  }

  /** What takes how long from now on. */
  measure(): Latencies {
    this.#latencies = new Latencies();
    return this.#latencies;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#all;
  }

  async #post(): Promise<void> {
    while (!this.#ended) {
      const { headers, body } = requestOf(this.#requests.at(this.#next++, Date.now()));
      const began = performance.now();
      const answer = await fetch(this.#url, { method: "POST", headers, body });
      await answer.arrayBuffer();
      this.#latencies.add(performance.now() - began);
      if (answer.status !== 202) throw new Error(`a webhook was answered ${answer.status}`);
      await Bun.sleep(PACE_MS);
    }
  }
}

/** A raw request, for `fetch`. */
function requestOf(bytes: Uint8Array): { headers: Record<string, string>; body: string } {
  const [head = "", body = ""] = new TextDecoder().decode(bytes).split("\r\n\r\n");
  const lines = head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(": "));
  const kept = lines.filter(([name]) => name?.startsWith("X-") || name === "Content-Type");
  return { headers: Object.fromEntries(kept), body };
}
