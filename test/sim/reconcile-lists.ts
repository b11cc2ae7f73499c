import type { Log, LogFields } from "../../src/base/log.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { ListCase } from "../providers/recovery/list-cases.ts";
import { openMemoryLog } from "../support/inline-journal.ts";
import { sourceSettings } from "../support/settings.ts";
import type { Happened } from "../support/stubs/stub.ts";
import { must, SentBook } from "./reconcile-checks.ts";
import { type Trouble, WaitingClock } from "./reconcile-life.ts";
import { SimProcess } from "./reconcile-process.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PLAY_MS = 16 * HOUR_MS;
/** Beyond any retry of a webhook: what falls due then is lost by our own fault. */
const GAP_MS = 3 * HOUR_MS;
/** An event is listed up to so much later than it happened, half of the overlap of all of them. */
const LATE_MS_MAX = 5 * MINUTE_MS;
const EVENTS = 140;

interface Listed extends Happened {
  readonly listedAt: number;
}

/**
 * A provider that lists its events, late and with faults, and loses, doubles and delays their webhooks; and
 * one process after the other that receives them and sweeps.
 */
export class ListSim {
  readonly clock = new WaitingClock();
  readonly lines: string[] = [];
  readonly sent = new SentBook();
  readonly webhooks = { due: 0, lost: 0, doubled: 0 };
  deaths = 0;
  readonly #each: ListCase;
  readonly #random: Random;
  readonly #log = openMemoryLog();
  readonly #source: SourceSettings;
  readonly #trouble: Trouble;
  readonly #faultShare: number;
  readonly #events: Listed[] = [];
  #faults = true;
  /** Of the next death. */
  #downMs = 0;
  #process: SimProcess | null = null;
  #lastAliveAt: number | null = null;

  constructor(each: ListCase, seed: number) {
    this.#each = each;
    this.#random = seededRandom(seed * 97 + 3);
    const sometimes = (most: number): number =>
      this.#random.unit() < 0.4 ? 0 : this.#random.unit() * most;
    const [refusals, deaths, readFaults] = [sometimes(0.2), sometimes(0.05), sometimes(0.1)];
    this.#trouble = { refusals, deaths, readFaults, commitMs: 20 };
    this.#faultShare = sometimes(0.3);
    const reconcile = {
      everyMs: (10 + this.#random.below(50)) * MINUTE_MS,
      overlapMs: 2 * LATE_MS_MAX,
      expect: null,
      concurrency: 2,
      perSecond: 5,
      list: false,
      fetch: false,
    };
    const common = { name: "shop", provider: each.name, verify: null, reconcile };
    this.#source = sourceSettings({ ...common, ...each.source });
  }

  async live(): Promise<void> {
    const { clock } = this;
    this.#begin(0);
    await clock.advance(MINUTE_MS);
    this.#plan();
    clock.after(PLAY_MS / 2, () => this.#die(GAP_MS));
    for (let kill = 0; kill < 3; kill++) {
      clock.after(this.#random.unit() * PLAY_MS, () => this.#die(MINUTE_MS));
    }
    await clock.advance(PLAY_MS);
    this.#faults = false;
    Object.assign(this.#trouble, { refusals: 0, deaths: 0, readFaults: 0 });
    await clock.advance(GAP_MS + 4 * HOUR_MS);
    await Promise.all([this.#process?.stop(), clock.advance(3_000)]);
  }

  /** Each event once in the journal, under its own key, and posted at most once: by a webhook or by a sweep. */
  check(): { readonly byWebhook: number; readonly healed: number } {
    const store = this.#process?.store;
    if (store === undefined) throw new Error("nobody is alive");
    store.catchUp();
    const keys: string[] = [];
    const origins = { webhook: 0, poll: 0 };
    let cursor: string | null = null;
    do {
      const page = store.now.events({}, { limit: 200, cursor });
      for (const { dedupeKey, origin } of page.rows) {
        keys.push(dedupeKey);
        if (origin === "webhook" || origin === "poll") origins[origin]++;
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    const lost = EVENTS - new Set(keys).size;
    must(new Set(keys).size === keys.length, () => "an event is in the journal twice");
    must(lost === 0, () => `${lost} of ${EVENTS} events are missing (or too many)`);
    must(this.sent.twice.length === 0, () => `posted twice: ${this.sent.twice.join()}`);
    const { recovered } = store.now.reconcileState("shop");
    must(recovered === origins.poll, () => `${recovered} count as healed of ${origins.poll}`);
    return { byWebhook: origins.webhook, healed: origins.poll };
  }

  /** All that will happen. Seconds apart: a time of whole seconds tells them apart. */
  #plan(): void {
    const [random, clock] = [this.#random, this.clock];
    for (let index = 0; index < EVENTS; index++) {
      const share = (index + random.unit() / 2) / EVENTS;
      const at = clock.now() + Math.floor((share * PLAY_MS) / 1000) * 1000;
      const late = this.#each.timed ? random.unit() * LATE_MS_MAX : 0;
      this.#events.push({ ...this.#each.make(index, at), listedAt: at + late });
    }
    for (const event of this.#events) {
      const [lost, doubled] = [random.unit() < 0.25, random.unit() < 0.25];
      this.webhooks.due++;
      if (lost) this.webhooks.lost++;
      else if (doubled) this.webhooks.doubled++;
      for (let copy = lost ? 1 : 0; copy < (doubled ? 2 : 1); copy++) {
        const delay = event.at - clock.now() + random.unit() * 3 * MINUTE_MS;
        if (!lost) clock.after(delay, () => this.#post(event, 3));
      }
    }
  }

  /** Tried again twice, a minute apart. */
  #post(event: Happened, tries: number): void {
    const { headers, payload } = this.#each.webhook(event);
    const fields = { "content-type": "application/json", ...headers };
    const body = Buffer.from(JSON.stringify(payload));
    const again = (): void => {
      if (tries > 1) this.clock.after(MINUTE_MS, () => this.#post(event, tries - 1));
    };
    const sent = this.#process?.receive({ headers: fields, body });
    sent?.then(({ ok }) => (ok ? undefined : again()), again);
  }

  #begin(seed: number): void {
    const life = new SimProcess({
      clock: this.clock,
      seed,
      log: this.#log,
      run: this.deaths + 1,
      past: { lastAliveAt: this.#lastAliveAt, clean: false },
      source: this.#source,
      trouble: this.#trouble,
      answerMs: 500,
      lines: this.#noting(),
      answer: (request) => this.#answer(request),
      committed: () => undefined,
      post: this.sent.post,
      died: () => this.#died(),
    });
    this.#process = life;
    this.#downMs = this.#random.below(10 * MINUTE_MS);
    life.start();
  }

  #die(downMs: number): void {
    this.#downMs = downMs;
    this.#process?.die();
  }

  #died(): void {
    this.deaths++;
    this.#lastAliveAt = this.clock.now();
    const seed = this.#random.below(2 ** 31);
    this.clock.after(this.#downMs, () => this.#begin(seed));
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.lines.push(`${this.clock.monotonic()} ${request.method} ${pathname}`);
    if (pathname.endsWith("/token")) return Response.json({ access_token: "t", expires_in: 1_800 });
    const draw = this.#faults ? this.#random.unit() / this.#faultShare : 1;
    if (draw < 0.1) return new Promise(() => {});
    if (draw < 0.3) return new Response(null, { status: 429, headers: { "retry-after": "2" } });
    if (draw < 1) return new Response(null, { status: 500 });
    const listed = this.#events.filter(({ listedAt }) => listedAt <= this.clock.now());
    const { status, headers, body } = this.#each.stub(listed)({
      url: request.url,
      method: request.method === "POST" ? "POST" : "GET",
      headers: Object.fromEntries(request.headers),
      body: request.method === "POST" ? await request.text() : null,
    });
    return new Response(body, { status, headers: headers ?? {} });
  }

  #noting(): Log {
    const noting =
      (level: string) =>
      (message: string, fields: LogFields = {}): void =>
        void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    const [debug, info, warn, error] = ["debug", "info", "warn", "error"].map(noting);
    if (!debug || !info || !warn || !error) throw new Error("four levels");
    return { debug, info, warn, error };
  }
}
