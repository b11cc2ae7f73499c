import { SimulatedFinlink } from "../../../src/cli/simulate/finlink.ts";
import { SCENARIO, type Scenario } from "../../../src/cli/simulate/scenario.ts";
import { SimClock } from "../../support/sim-clock.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface Received {
  readonly at: number;
  readonly body: Uint8Array;
  readonly token: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** A play on a stepped clock, one simulated ms in each of its ms, and what its receiver was sent. */
export interface Play {
  readonly clock: SimClock;
  readonly finlink: SimulatedFinlink;
  readonly received: Received[];
  /** What the receiver answers; throwing is no answer at all. */
  answer: (received: Received) => number;
  /** A call as it is; its status and JSON. */
  ask(method: string, path: string, init?: RequestInit): Promise<Answered>;
  /** A call with a session, made when there is none or its hour is up. */
  call(method: string, path: string, init?: RequestInit): Promise<Answered>;
  login(scopes?: readonly string[]): Promise<string>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

export const aScenario = (given: Partial<Scenario> = {}): Scenario => ({
  ...SCENARIO,
  connections: 30,
  changes: 120,
  durationMs: 4 * DAY_MS,
  ...given,
});

export function play(given: Partial<Scenario> = {}): Play {
  const clock = new SimClock();
  const received: Received[] = [];
  const finlink = new SimulatedFinlink(aScenario(given), {
    clock,
    to: "http://127.0.0.1:8080/in/bank",
    speed: 1,
    post: async (_url, init) => {
      const body = init.body as Uint8Array;
      const json = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
      const token = new Headers(init.headers).get("vumi-verification") ?? "";
      const one: Received = { at: clock.monotonic(), body, token, json };
      received.push(one);
      return new Response(null, { status: own.answer(one) });
    },
  });
  let session: { token: string; until: number } | null = null;
  const ask = async (method: string, path: string, init: RequestInit = {}): Promise<Answered> => {
    const request = new Request(`http://127.0.0.1:8090${path}`, { ...init, method });
    const response = await finlink.answer(request);
    return { status: response.status, headers: response.headers, json: await response.json() };
  };
  const own: Play = {
    clock,
    finlink,
    received,
    answer: () => 202,
    ask,
    call: async (method, path, init = {}) => {
      if (session === null || clock.monotonic() >= session.until)
        session = { token: await own.login(), until: clock.monotonic() + HOUR_MS };
      const headers = { authorization: `Bearer ${session.token}`, ...init.headers };
      return ask(method, path, { ...init, headers });
    },
    login: async (scopes) => {
      const body = JSON.stringify({ ...finlink.credentials, scopes });
      const { json } = await ask("POST", "/api/v1/auth/login", { body });
      return (json as { token: string }).token;
    },
  };
  return own;
}

/** Runs a play to its end, and on until nothing is under way. */
export async function toTheEnd({ clock, finlink }: Play): Promise<void> {
  finlink.start();
  for (let hours = 0; hours < 365 * 24; hours++) {
    await clock.advance(HOUR_MS);
    await settled(clock);
    if (finlink.stats().finished) return;
  }
  throw new Error("the play has no end");
}

/** Reading a request takes turns of the real event loop. */
export async function settled(clock: SimClock): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.settle();
  }
}
