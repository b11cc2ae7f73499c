import { join, resolve } from "node:path";
import { BODY_BYTES } from "../../src/cli/bench/requests.ts";
import type { Server } from "../../test/support/executable.ts";
import { count, type Figure, median, perSecond } from "./figure.ts";
import { WARM_UP_S } from "./ingest.ts";
import { ReceivingEnd } from "./receiving-end.ts";
import { type Rig, within } from "./rig.ts";
import { preload } from "./traffic.ts";

const CONCURRENCY = 64;
const CONNECTIONS = 1_000;
const LOOP = join(resolve(import.meta.dir), "fetch-loop.ts");
const PRELOAD_MS_MAX = 120_000;
const PUSH_MS_MAX = 180_000;

interface Round {
  readonly pushes: number;
  readonly fetches: number;
}

/**
 * How fast one endpoint is sent what it is owed, each push signed, and its outcome journaled and synced; against a
 * loop of bare `fetch` calls to the same receiver. Both post 1 KiB with 64 requests under way.
 */
export async function sending(
  rig: Rig,
  rounds: number,
  seconds: number,
  events: number,
): Promise<Figure> {
  const receiver = await ReceivingEnd.start(rig);
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const fetches = await loop(rig, receiver, seconds);
    const pushes = await push(rig, receiver, events);
    done.push({ pushes, fetches });
    console.error(`p9  pushes ${perSecond(pushes)}  bare fetches ${perSecond(fetches)}`);
  }
  return {
    id: "p9",
    what: "pushes to one endpoint ÷ bare fetches",
    ours: perSecond(median(done.map(({ pushes }) => pushes))),
    other: perSecond(median(done.map(({ fetches }) => fetches))),
    value: median(done.map(({ pushes, fetches }) => pushes / fetches)),
    bound: { least: 0.5 },
    unit: "",
    note: `${CONCURRENCY} at a time, ${count(events)} deliveries that waited for a paused endpoint, the first ${WARM_UP_S} s not counted; each push is signed, and its outcome journaled; medians of ${rounds} rounds`,
    rounds: done,
  };
}

async function loop(rig: Rig, receiver: ReceivingEnd, seconds: number): Promise<number> {
  const ms = (WARM_UP_S + seconds) * 1_000;
  const command = [process.execPath, LOOP, `${receiver.url}/bare`];
  const given = [CONCURRENCY, ms, BODY_BYTES].map(String);
  await receiver.forget();
  await rig.run([...command, ...given], {}, ms + 10_000);
  return receiver.rate(WARM_UP_S);
}

async function push(rig: Rig, receiver: ReceivingEnd, events: number): Promise<number> {
  const endpoint = `{ url: "${receiver.url}/hook", concurrency: ${CONCURRENCY} }`;
  const server = await rig.server({ gated: false, endpoints: `hook: ${endpoint}` });
  await server.start();
  await call(server, "/v1/endpoints/hook/pause");
  await preload(server, events, CONNECTIONS, PRELOAD_MS_MAX);
  const { pending } = await server.read<{ pending: number }>("/v1/endpoints/hook");
  if (pending < events) throw new Error(`the figure is void: ${pending} owed of ${events}`);
  await receiver.forget();
  await call(server, "/v1/endpoints/hook/resume");
  await within(PUSH_MS_MAX, "all deliveries have arrived", receiver.has(events));
  const rate = await receiver.rate(WARM_UP_S);
  await server.remove();
  return rate;
}

/** A call to the operators' API without a body; rejects when it is refused. */
async function call(server: Server, path: string): Promise<void> {
  const answer = await server.api(path, { method: "POST", body: "{}" });
  if (!answer.ok) throw new Error(`POST ${path} was answered ${answer.status}`);
}
