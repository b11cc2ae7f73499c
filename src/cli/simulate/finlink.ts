import type { Clock, Millis } from "../../base/clock.ts";
import { seededRandom } from "../../base/random.ts";
import { type CallCount, FinlinkApi } from "./api.ts";
import { Faults } from "./faults.ts";
import { letterOf } from "./letter.ts";
import { type Delivery, type Plan, planOf } from "./plan.ts";
import { type Post, Postman } from "./postman.ts";
import type { Scenario } from "./scenario.ts";
import { type Credentials, FinlinkSessions } from "./sessions.ts";
import { SigningKeys } from "./signing-keys.ts";
import { uuid } from "./uuid.ts";
import { FinlinkWorld } from "./world.ts";

export interface SimulatedDeps {
  readonly clock: Clock;
  readonly post: Post;
  /** Where webhooks go. */
  readonly to: string;
  /** Simulated ms in each real one. */
  readonly speed: number;
}

/** What was done so far; counts, and simulated ms. */
export interface Stats {
  readonly nowMs: number;
  readonly durationMs: number;
  /** Nothing will change any more, and no webhook is under way. */
  readonly finished: boolean;
  readonly faults: boolean;
  readonly away: boolean;
  readonly connections: number;
  readonly changes: number;
  readonly webhooks: {
    /** One for each change that the provider tells of. */
    readonly due: number;
    /** Of them, by the scenario's chance. */
    readonly lost: number;
    readonly doubled: number;
    readonly vague: number;
  } & Readonly<Postman["counts"]>;
  readonly sessions: Readonly<FinlinkSessions["counts"]>;
  /** By endpoint, of those that were called. */
  readonly calls: Readonly<Record<string, CallCount>>;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Finlink with its webhooks, in time: `clock` runs, and `speed` simulated ms pass in each of its ms. Dates
 * in answers are the clock's own, so that "how long ago" means what it says. `start` begins at 0.
 */
export class SimulatedFinlink {
  readonly credentials: Credentials;
  readonly world: FinlinkWorld;
  readonly #deps: SimulatedDeps;
  readonly #plan: Plan;
  readonly #sessions: FinlinkSessions;
  readonly #keys: SigningKeys;
  readonly #faults: Faults;
  readonly #postman: Postman;
  readonly #api: FinlinkApi;
  readonly #counts = { due: 0, lost: 0, doubled: 0, vague: 0 };
  readonly #next = { delivery: 0, keyChange: 0, sessionEnd: 0 };
  #startedAt: { readonly wall: Millis; readonly monotonic: number } | null = null;
  #endsAt: number;
  #cancel: () => void = () => {};

  constructor(scenario: Scenario, deps: SimulatedDeps) {
    const { clock, speed } = deps;
    const random = seededRandom(scenario.seed);
    this.credentials = { clientId: uuid(random), clientSecret: random.text(40) };
    this.#deps = deps;
    this.#plan = planOf(scenario);
    this.#endsAt = scenario.durationMs;
    const began = clock.now();
    this.world = new FinlinkWorld(this.#plan, (at) =>
      Math.floor((this.#startedAt?.wall ?? began) + at / speed),
    );
    this.#sessions = new FinlinkSessions(this.credentials, random);
    this.#keys = new SigningKeys(scenario.seed);
    this.#faults = new Faults(scenario.faultShare, seededRandom(scenario.seed + 1));
    this.#postman = new Postman({
      ...deps,
      retriesMs: scenario.retriesMs.map((ms) => ms / speed),
      isAway: () => this.#faults.on && this.#faults.away,
    });
    this.#api = new FinlinkApi({
      world: this.world,
      sessions: this.#sessions,
      keys: this.#keys,
      clock,
      random: seededRandom(scenario.seed + 2),
      now: () => this.#pass(),
      faults: this.#faults,
    });
  }

  /** Time begins; until then everything is as it was just before. */
  start(): void {
    const { clock } = this.#deps;
    this.#startedAt = { wall: clock.now(), monotonic: clock.monotonic() };
    this.#step();
  }

  get started(): boolean {
    return this.#startedAt !== null;
  }

  /** Answers a call to the API. */
  answer(request: Request): Promise<Response> {
    return this.#api.answer(request);
  }

  set faults(on: boolean) {
    this.#faults.on = on;
  }

  /** The end, now: nothing happens any more, and nothing goes wrong; what is under way is still sent. */
  finish(): void {
    this.#endsAt = Math.min(this.#endsAt, this.#pass());
    this.#cancel();
    this.#step();
  }

  /** Ends everything, at once. */
  end(): void {
    this.#cancel();
    this.#postman.end();
  }

  stats(): Stats {
    const nowMs = this.#pass();
    const histories = this.world.histories();
    const sent = this.#next.delivery >= this.#plan.deliveries.length;
    return {
      nowMs,
      durationMs: this.#plan.scenario.durationMs,
      finished: sent && nowMs >= this.#endsAt && this.#postman.underWay === 0,
      faults: this.#faults.on,
      away: this.#faults.away,
      connections: histories.filter(({ state }) => state !== null).length,
      changes: histories.reduce((sum, { history }) => sum + history.length, 0),
      webhooks: { ...this.#counts, ...this.#postman.counts },
      sessions: { ...this.#sessions.counts },
      calls: Object.fromEntries([...this.#api.calls].filter(([, count]) => count.calls > 0)),
    };
  }

  /** Makes everything happen that is due, and says what time it is: simulated ms. */
  #pass(): number {
    const { clock, speed } = this.#deps;
    const started = this.#startedAt;
    const elapsed = started === null ? -1 : (clock.monotonic() - started.monotonic) * speed;
    const now = Math.min(elapsed, this.#endsAt);
    this.world.advance(now);
    const { outage, keyChanges, sessionEnds } = this.#plan;
    this.#faults.away = outage !== null && now >= outage.from && now < outage.until;
    while ((keyChanges[this.#next.keyChange] ?? NEVER) <= now) {
      this.#next.keyChange++;
      this.#keys.rotate();
    }
    while ((sessionEnds[this.#next.sessionEnd] ?? NEVER) <= now) {
      this.#next.sessionEnd++;
      if (this.#faults.on) this.#sessions.end();
    }
    return now;
  }

  #step(): void {
    const now = this.#pass();
    const { deliveries } = this.#plan;
    // Webhooks that were held back beyond the end are sent at the end, all at once.
    const due = now >= this.#endsAt ? NEVER : now;
    for (
      let delivery = deliveries[this.#next.delivery];
      delivery !== undefined && delivery.at <= due;
      delivery = deliveries[this.#next.delivery]
    ) {
      this.#next.delivery++;
      this.#send(delivery);
    }
    if (now >= this.#endsAt) {
      this.#faults.on = false;
      return;
    }
    const nextAt = Math.min(
      this.world.nextAt ?? NEVER,
      deliveries[this.#next.delivery]?.at ?? NEVER,
      this.#endsAt,
    );
    const { clock, speed } = this.#deps;
    this.#cancel = clock.after(Math.max(0, Math.ceil((nextAt - now) / speed)), () => this.#step());
  }

  #send(delivery: Delivery): void {
    const state = this.world.after(delivery.change);
    if (state === null) return; // Its connection was deleted by a call before it came to it.
    if (delivery.copy > 0) this.#counts.doubled++;
    else this.#counts.due++;
    if (delivery.names !== "token") this.#counts.vague++;
    if (delivery.lost) this.#counts.lost++;
    else this.#postman.send(letterOf(state, delivery.names, this.#keys, this.#deps.clock));
  }
}
