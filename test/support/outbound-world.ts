import type { Answer, Ask, AskFault, HttpClient } from "../../src/base/http/client.ts";
import type { Log } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import type { EndpointSettings, Settings } from "../../src/config/settings.ts";
import type { Appended } from "../../src/journal/facts.ts";
import type { DeliveryDetail, EndpointId } from "../../src/journal/sending.ts";
import { deliveryId } from "../../src/journal/sending.ts";
import { Outbound } from "../../src/outbound/outbound.ts";
import { SENDING_RETRY_DEFAULT } from "../../src/outbound/schedule.ts";
import { Seal } from "../../src/outbound/seal.ts";
import { InlineJournal } from "./inline-journal.ts";
import { SimClock } from "./sim-clock.ts";

export type Reply = Result<Answer, AskFault>;
/** What a subscriber does with a request; `null`: it never answers. */
export type Subscriber = (ask: Ask, n: number) => Reply | null | Promise<Reply>;

export const answer = (status: number, headers: Record<string, string> = {}, body = ""): Reply =>
  ok({ status, headers: Object.entries(headers), body: Buffer.from(body), truncated: false });

export const fault = (code: AskFault["code"]): Reply => err({ code, detail: `${code} on demand` });

/** Subscribers by URL, called like servers: with a deadline, and with an end when they are given up. */
export class FakeHttp implements HttpClient {
  readonly asks: { readonly at: number; readonly ask: Ask }[] = [];
  readonly #clock: SimClock;
  readonly #subscribers = new Map<string, Subscriber>();
  inFlight = 0;
  mostInFlight = 0;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  on(url: string, subscriber: Subscriber): void {
    this.#subscribers.set(url, subscriber);
  }

  to(url: string): readonly Ask[] {
    return this.asks.filter(({ ask }) => ask.url === url).map(({ ask }) => ask);
  }

  async ask(ask: Ask, signal?: AbortSignal): Promise<Reply> {
    this.asks.push({ at: this.#clock.now(), ask });
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const subscriber = this.#subscribers.get(ask.url);
    const reply =
      subscriber === undefined ? fault("connect_failed") : subscriber(ask, this.to(ask.url).length);
    try {
      return await this.#within(ask, reply, signal);
    } finally {
      this.inFlight--;
    }
  }

  #within(ask: Ask, reply: Reply | null | Promise<Reply>, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ask.timeoutMs, () => resolve(fault("timeout")));
      const abort = (): void => {
        cancel();
        resolve(fault("aborted"));
      };
      signal?.addEventListener("abort", abort, { once: true });
      if (reply === null) return;
      void Promise.resolve(reply).then((given) => {
        cancel();
        resolve(given);
      });
    });
  }
}

export function endpointSettings(change: Partial<EndpointSettings> = {}): EndpointSettings {
  return {
    url: "https://shop.example/hook",
    types: ["*"],
    filter: null,
    secret: null,
    headers: {},
    auth: null,
    strategy: "push",
    batch: { items: 10, waitMs: 1_000 },
    order: "none",
    rateLimit: null,
    concurrency: 4,
    timeoutMs: 15_000,
    retry: SENDING_RETRY_DEFAULT,
    confirmMs: null,
    paused: false,
    ...change,
  };
}

export interface WorldOptions {
  readonly endpoints?: Readonly<Record<string, EndpointSettings>>;
  readonly seed?: number;
  readonly stepSize?: number;
  readonly keys?: readonly string[];
  readonly journal?: InlineJournal;
  readonly clock?: SimClock;
  readonly http?: FakeHttp;
  readonly fault?: () => void;
}

export const SEAL_KEY = "a key of the tests, long enough";

/** Sending as it is, on the real journal in memory, with the clock of the test and subscribers on demand. */
export class OutboundWorld {
  readonly clock: SimClock;
  readonly http: FakeHttp;
  readonly journal: InlineJournal;
  readonly outbound: Outbound;
  readonly logged: { readonly level: string; readonly message: string }[] = [];
  settings: Settings;

  constructor(options: WorldOptions = {}) {
    this.clock = options.clock ?? new SimClock();
    this.http = options.http ?? new FakeHttp(this.clock);
    const { stepSize, fault: broken } = options;
    this.journal =
      options.journal ??
      new InlineJournal(this.clock, {
        ...(stepSize === undefined ? {} : { stepSize }),
        ...(broken === undefined ? {} : { fault: broken }),
      });
    this.settings = {
      publicUrl: "https://hooks.example",
      endpoints: options.endpoints ?? {},
    } as Settings;
    const random = seededRandom(options.seed ?? 1);
    this.outbound = new Outbound({
      clock: this.clock,
      random,
      log: this.#log(),
      journal: this.journal.journal,
      reads: this.journal.reads,
      owed: this.journal.reads,
      http: this.http,
      seal: new Seal(options.keys ?? [SEAL_KEY], random),
      version: "0.0.0",
      settings: () => this.settings,
    });
  }

  async start(): Promise<this> {
    await this.settled(this.outbound.start());
    return this;
  }

  /** Lets the journal and the subscribers run until nothing moves, and answers what came of it. */
  async settled<T>(wish: Promise<T>): Promise<T> {
    void wish.catch(() => {});
    await this.clock.settle();
    return wish;
  }

  /** A new endpoint of run time. */
  async endpoint(name: string, change: Partial<EndpointSettings> = {}) {
    const url = `https://${name}.example/hook`;
    const settings = endpointSettings({ url, ...change });
    const made = await this.settled(this.outbound.sending.create(name, settings, "key_1"));
    if (!made.ok) throw new Error(made.error.detail);
    return { ...made.value, url };
  }

  async publish(
    type: string,
    data: unknown = {},
    connection: string | null = null,
  ): Promise<Appended> {
    const message = { type, data: JSON.stringify(data), connection, idempotencyKey: null };
    const published = await this.settled(this.outbound.sending.publish(message, "key_1"));
    if (!published.ok) throw new Error(published.error.detail);
    return published.value;
  }

  async delivery(event: Appended, endpoint: EndpointId): Promise<DeliveryDetail> {
    const row = await this.journal.reads.delivery(deliveryId(event.id, endpoint));
    if (row === null) throw new Error("there is no such delivery");
    return row;
  }

  #log(): Log {
    const at = (level: string) => (message: string) => {
      this.logged.push({ level, message });
    };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }
}
