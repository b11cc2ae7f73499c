import type { Answer, Ask, AskFault, HttpClient } from "../../src/base/http/client.ts";
import type { EventId, Seq } from "../../src/base/ids.ts";
import { parseEventId } from "../../src/base/ids.ts";
import { noLog } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { ok, type Result } from "../../src/base/result.ts";
import type { EndpointSettings, Settings } from "../../src/config/settings.ts";
import { deliveryId, type EndpointId } from "../../src/journal/sending.ts";
import { configuredId } from "../../src/outbound/configured.ts";
import { Outbound } from "../../src/outbound/outbound.ts";
import { Seal } from "../../src/outbound/seal.ts";
import { InlineJournal } from "../support/inline-journal.ts";
import { answer, fault, SEAL_KEY } from "../support/outbound-world.ts";
import { SimClock } from "../support/sim-clock.ts";
import { Violation } from "./checks.ts";
import { CALM, drawEndpoints, drawMischief, type Mischief } from "./sending-plan.ts";

interface Process {
  alive: boolean;
  readonly outbound: Outbound;
  readonly inFlight: Map<string, number>;
}

const STEP_MS = 400;
const DRAIN_MS = 24 * 3_600_000;

/** Sending with subscribers that misbehave, a journal that is late, and a process that dies at any moment. */
export class SendingWorld {
  readonly clock = new SimClock();
  readonly journal = new InlineJournal(this.clock);
  readonly lines: string[] = [];
  readonly #random: Random;
  readonly #endpoints: Readonly<Record<string, EndpointSettings>>;
  #mischief: Mischief;
  #process: Process;
  #published = 0;
  #lives = 0;
  failure: unknown = null;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#mischief = drawMischief(this.#random);
    this.#endpoints = drawEndpoints(this.#random);
    this.#process = this.#boot();
  }

  async live(actions: number): Promise<void> {
    for (let n = 0; n < actions; n++) {
      if (this.#random.unit() < this.#mischief.dies) this.#die();
      else this.#publish();
      await this.#pass(this.#random.below(STEP_MS));
    }
    this.#mischief = CALM;
    await this.#pass(DRAIN_MS);
    this.#allDelivered();
  }

  async #pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (this.failure !== null) throw this.failure;
  }

  #publish(): void {
    const random = this.#random;
    const connection = random.unit() < 0.2 ? null : `c${random.below(3)}`;
    const message = {
      type: `t.${random.below(3)}`,
      data: JSON.stringify({ n: this.#published++ }),
      connection,
      idempotencyKey: null,
    };
    void this.#process.outbound.sending.publish(message, "key_1");
  }

  #die(): void {
    this.#note("the process died");
    this.#process.alive = false;
    this.#process = this.#boot();
  }

  #boot(): Process {
    const life = { alive: true, inFlight: new Map() } as {
      -readonly [K in keyof Process]: Process[K];
    };
    const random = seededRandom(1_000 + this.#lives++);
    const reads = this.#late(this.journal.reads, life);
    const settings = { publicUrl: null, endpoints: this.#endpoints } as unknown as Settings;
    life.outbound = new Outbound({
      clock: this.clock,
      random,
      log: noLog,
      journal: this.#late(this.journal.journal, life),
      reads,
      owed: reads,
      http: this.#http(life),
      seal: new Seal([SEAL_KEY], random),
      version: "0",
      settings: () => settings,
    });
    life.outbound.start().catch((error: unknown) => {
      this.failure ??= error;
    });
    return life;
  }

  /** Calls take a while, before and after they take effect; a dead process is never answered. */
  #late<T extends object>(target: T, life: Process): T {
    return new Proxy(target, {
      get: (own, name) => {
        const method = Reflect.get(own, name) as unknown;
        if (typeof method !== "function") return method;
        if (name === "pressure") return () => null;
        return async (...args: unknown[]) => {
          await this.#wait(life);
          const result: unknown = await Reflect.apply(method, own, args);
          await this.#wait(life);
          return result;
        };
      },
    });
  }

  #wait(life: Process): Promise<void> {
    const ms = this.#random.below(this.#mischief.lateMs);
    return new Promise((resolve) => {
      this.clock.after(ms, () => {
        if (life.alive) resolve();
      });
    });
  }

  #http(life: Process): HttpClient {
    return {
      ask: (ask, signal) => {
        try {
          this.#check(ask, life);
        } catch (error) {
          this.failure ??= error;
        }
        return this.#answered(ask, life, signal);
      },
    };
  }

  #answered(ask: Ask, life: Process, signal?: AbortSignal): Promise<Result<Answer, AskFault>> {
    const count = (by: number) =>
      life.inFlight.set(ask.url, (life.inFlight.get(ask.url) ?? 0) + by);
    count(1);
    const reply = this.#reply();
    return new Promise((resolve) => {
      const end = (result: Result<Answer, AskFault>): void => {
        if (!life.alive) return;
        count(-1);
        resolve(result);
      };
      const ms = reply === null ? ask.timeoutMs : this.#random.below(200);
      this.clock.after(ms, () => end(reply ?? fault("timeout")));
      signal?.addEventListener("abort", () => end(fault("aborted")), { once: true });
    });
  }

  #reply(): Result<Answer, AskFault> | null {
    const { refuses, hangs, resets, throttles } = this.#mischief;
    const chance = this.#random.unit();
    if (chance < refuses) return answer(500);
    if (chance < refuses + hangs) return null;
    if (chance < refuses + hangs + resets) return fault("broken");
    if (chance < refuses + hangs + resets + throttles) return answer(429, { "retry-after": "3" });
    return ok({ status: 200, headers: [], body: Buffer.from(""), truncated: false });
  }

  /** What must hold whenever a request begins, by the truth of the journal. */
  #check(ask: Ask, life: Process): void {
    this.journal.catchUp();
    const [name = "", settings] =
      Object.entries(this.#endpoints).find(([, { url }]) => url === ask.url) ?? [];
    const id = configuredId(name);
    const events = eventsIn(ask);
    this.#note(`${name} ${events.join(" ")}`);
    if (settings === undefined) throw new Violation(`nobody lives at ${ask.url}`);
    if ((life.inFlight.get(ask.url) ?? 0) >= settings.concurrency)
      throw new Violation(`${name} has more requests than its concurrency`);
    const heads = this.#heads(id);
    for (const event of events) {
      const row = this.journal.now.delivery(deliveryId(event, id));
      if (row?.status !== "pending")
        throw new Violation(`${event} is sent to ${name} though it is ${row?.status}`);
      if (settings.order === "connection" && !heads.has(row.seq))
        throw new Violation(`${event} is sent to ${name} before its turn`);
    }
  }

  #heads(id: EndpointId): ReadonlySet<Seq> {
    const start = 0 as Seq;
    const { deliveries } = this.journal.now.owedHeads(id, Number.MAX_SAFE_INTEGER, start, 10_000);
    return new Set(deliveries.map(({ event }) => event));
  }

  #allDelivered(): void {
    this.journal.catchUp();
    for (const name of Object.keys(this.#endpoints)) {
      const row = this.journal.now.endpoint(configuredId(name));
      if (row?.pending !== 0 || row.failed !== 0 || row.status !== "enabled")
        throw new Violation(
          `${name} is ${row?.status}, owed ${row?.pending}, failed ${row?.failed}`,
        );
    }
  }

  #note(line: string): void {
    this.lines.push(`${this.clock.monotonic()} ${line}`);
  }
}

function eventsIn({ headers, body }: Ask): EventId[] {
  const id = headers["webhook-id"] ?? "";
  if (parseEventId(id) !== undefined) return [id as EventId];
  const items = JSON.parse(Buffer.from(body ?? "").toString()) as { id: EventId }[];
  return items.map((item) => item.id);
}
