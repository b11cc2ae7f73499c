import { expect, test } from "bun:test";
import fc from "fast-check";
import { err, ok, type Result } from "../../src/base/result.ts";
import { finlinkDifferences } from "../../src/providers/recovery/finlink-differences.ts";
import type { ApiFault, StateRecovery } from "../../src/providers/recovery.ts";
import { type FinlinkState, finlinkChain } from "../providers/recovery/finlink-states.ts";
import { within } from "../support/reconcile-bank.ts";
import { ReconcileWorld, reconcileSettings } from "../support/reconcile-world.ts";

/** Finlink's own differences over states that a history has; answers take as long as they are told. */
class Histories implements StateRecovery {
  readonly kind = "state";
  readonly perSecond = 100;
  readonly lacks = null;
  readonly now = new Map<string, FinlinkState>();
  /** Called once the answer is made up and before it is given. */
  answering: (call: string) => Promise<void> = async () => undefined;
  /** Which life of the process asks: an answer to an earlier one is not received. */
  life = 0;
  readonly differences = finlinkDifferences;

  async list() {
    const states = [...this.now].map(([key, state]) => ({ key, state }));
    return this.#answer("list", { states, next: null, complete: true });
  }

  async fetch(key: string): Promise<Result<unknown, ApiFault>> {
    return this.#answer(key, this.now.get(key) ?? null);
  }

  async #answer<T>(call: string, value: T): Promise<Result<T, ApiFault>> {
    const { life } = this;
    await this.answering(call);
    return life === this.life ? ok(value) : err({ code: "aborted", detail: "stopped" });
  }
}

interface Told {
  readonly type: string;
  readonly key: string;
  readonly dedupeKey: string;
  readonly data: unknown;
}

const toldBy = (world: ReconcileWorld): Told[] =>
  world.events().map((event) => ({
    type: event.type,
    key: event.connection ?? "",
    dedupeKey: event.dedupeKey,
    data: world.payload(event),
  }));

async function opened(): Promise<[Histories, ReconcileWorld]> {
  const finlink = new Histories();
  const world = new ReconcileWorld(finlink, reconcileSettings({ everyMs: null }));
  await world.start();
  return [finlink, world];
}

async function ended(world: ReconcileWorld): Promise<void> {
  await within(world.clock, world.reconciler.sweep("demand").finished);
  await world.clock.advance(30_000);
}

const stop = (world: ReconcileWorld) =>
  Promise.all([world.reconciler.stop(), world.clock.advance(3_000)]);

/** Who changes, and whether (and how) somebody then looks, and how long the answer is on its way. */
const moves = fc.array(
  fc.record({
    who: fc.nat({ max: 2 }),
    look: fc.constantFrom("hint", "hint twice", "sweep", "both", "lost", "lost", "die"),
    answerMs: fc.constantFrom(0, 0, 10, 900, 2_500),
    passMs: fc.constantFrom(0, 5, 1_000, 3_000),
    leaves: fc.constantFrom(false, false, false, false, false, true),
  }),
  { maxLength: 30 },
);
const chains = fc.tuple(finlinkChain, finlinkChain, finlinkChain);

test("for any histories, with any hints lost, doubled or crossing a sweep: the events in order rebuild the last states, none told twice", async () => {
  await fc.assert(
    fc.asyncProperty(chains, moves, async (given, steps) => {
      const [finlink, world] = await opened();
      let answerMs = 0;
      finlink.answering = (call) => {
        const ms = call === "list" ? answerMs : 0;
        return ms === 0 ? Promise.resolve() : new Promise((done) => world.clock.after(ms, done));
      };
      const places = [0, 0, 0];
      const gone = new Set<string>();
      for (const { who, look, passMs, leaves, ...step } of steps) {
        const key = `CONN${who}`;
        const state = given[who]?.[places[who] ?? 0];
        places[who] = (places[who] ?? 0) + 1;
        if (leaves && finlink.now.has(key)) {
          finlink.now.delete(key);
          gone.add(key);
        } else if (state !== undefined && !gone.has(key)) {
          finlink.now.set(key, { ...state, credentialsToken: key });
        }
        answerMs = step.answerMs;
        if (look === "sweep" || look === "both") void world.reconciler.sweep("demand");
        if (look === "both") await world.clock.advance(1);
        const hints = look === "hint twice" ? 2 : look === "hint" || look === "both" ? 1 : 0;
        for (let hint = 0; hint < hints; hint++) world.reconciler.hinted(key);
        if (look === "die") {
          finlink.life++;
          await within(world.clock, world.reborn());
          await world.start();
        }
        await world.clock.advance(passMs);
      }
      answerMs = 0;
      await ended(world);
      judge(world, finlink, gone);
      await stop(world);
    }),
    { numRuns: 120 },
  );
}, 60_000);

function judge(world: ReconcileWorld, finlink: Histories, gone: ReadonlySet<string>): void {
  const told = toldBy(world);
  const each = told.map(({ key, type, data }) => `${key} ${type} ${JSON.stringify(data)}`);
  expect(new Set(each).size).toBe(each.length);
  for (const [key, state] of finlink.now) {
    const last = told.findLast((one) => one.key === key);
    // What is under way is no news: what was told last is then the state before it.
    expect(finlinkDifferences(last?.data ?? null, state)).toEqual([]);
    if (state.status === "READY") expect(last?.data).toEqual(state);
  }
  for (const key of gone) {
    const own = told.filter((one) => one.key === key);
    if (own.length > 0) expect(own.at(-1)?.type).toBe("connection.deleted");
  }
  // Who is gone stays gone, also between the events.
  const ends = new Set<string>();
  for (const fact of world.facts) {
    if (fact.kind !== "snapshot") continue;
    if (fact.snapshot === null) ends.add(fact.key);
    else expect(ends).not.toContain(fact.key);
  }
}

test("the same history gives the same events under the same keys, by hints alone and by sweeps alone", async () => {
  await fc.assert(
    fc.asyncProperty(
      finlinkChain,
      fc.array(fc.boolean(), { minLength: 21 }),
      async (chain, looks) => {
        const byHints = await followed(chain, looks, (world) => world.reconciler.hinted("CONN"));
        const bySweeps = await followed(chain, looks, (world) => {
          void world.reconciler.sweep("demand");
        });
        expect(byHints).toEqual(bySweeps);
      },
    ),
    { numRuns: 60 },
  );
}, 30_000);

async function followed(
  chain: readonly FinlinkState[],
  looks: readonly boolean[],
  look: (world: ReconcileWorld) => void,
): Promise<Told[]> {
  const [finlink, world] = await opened();
  for (const [index, state] of chain.entries()) {
    finlink.now.set("CONN", { ...state, credentialsToken: "CONN" });
    // A connection that nobody knows is found by a sweep, also where a hint named it.
    if (index > 0 && looks[index] !== true) continue;
    look(world);
    await world.clock.advance(10_000);
  }
  const told = toldBy(world);
  await stop(world);
  return told;
}
