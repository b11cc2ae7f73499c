import { expect, test } from "bun:test";
import type { Log } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { finlinkState } from "../providers/recovery/finlink-states.ts";
import { WaitingClock } from "../sim/reconcile-life.ts";
import { SimProcess } from "../sim/reconcile-process.ts";
import { openMemoryLog } from "../support/inline-journal.ts";
import { HOUR_MS, reconcileSettings } from "../support/reconcile-world.ts";
import { sourceSettings } from "../support/settings.ts";

const CONNECTIONS = 1_000;
const [PER_SECOND, CONCURRENCY] = [5, 2];
const MINUTE_MS = 60_000;
const none = (): void => undefined;
const silent: Log = { debug: none, info: none, warn: none, error: none };

/** A Finlink of a thousand connections that were all heard of in the same second, and have no news since. */
class Quiet {
  readonly clock = new WaitingClock();
  /** When which connection was asked for by name: ms since the beginning. */
  readonly polls: { readonly key: string; readonly at: number }[] = [];
  away = false;
  calls = 0;
  busy = 0;
  busyMax = 0;
  readonly process: SimProcess;
  readonly #random = seededRandom(5);

  constructor() {
    this.process = new SimProcess({
      clock: this.clock,
      seed: 1,
      log: openMemoryLog(),
      run: 1,
      past: { lastAliveAt: null, clean: true },
      source: sourceSettings({
        name: "bank",
        provider: "finlink",
        verify: null,
        baseUrl: "https://finlink.test",
        credentials: { clientId: "ada", clientSecret: "s3cret" },
        reconcile: reconcileSettings({
          everyMs: null,
          expect: { everyMs: 24 * HOUR_MS, graceMs: 2 * HOUR_MS, alertAfter: 3 },
          concurrency: CONCURRENCY,
          perSecond: PER_SECOND,
        }),
      }),
      trouble: { refusals: 0, deaths: 0, readFaults: 0, commitMs: 5 },
      answerMs: 0,
      lines: silent,
      answer: (request) => this.#answer(request),
      committed: none,
      post: none,
      died: none,
    });
  }

  async #answer({ url, method }: Request): Promise<Response> {
    if (method === "POST") return Response.json({ token: "t" });
    const key = /connections\/(C\d+)$/.exec(url)?.[1];
    this.calls++;
    if (key !== undefined) this.polls.push({ key, at: this.clock.monotonic() });
    this.busyMax = Math.max(this.busyMax, ++this.busy);
    const ms = 50 + this.#random.below(400);
    await new Promise<void>((resolve) => this.clock.after(ms, resolve));
    this.busy--;
    if (this.away) return new Response(null, { status: 503 });
    if (url.endsWith("/pending")) return Response.json([]);
    if (key !== undefined) return Response.json(finlinkState({ credentialsToken: key }));
    const keys = Array.from({ length: CONNECTIONS }, (_, index) => `C${index}`);
    return Response.json(keys.map((each) => finlinkState({ credentialsToken: each })));
  }

  /** Most polls that begin within any `spanMs`. */
  most(spanMs: number): number {
    const times = this.polls.map(({ at }) => at);
    let [from, most] = [0, 0];
    for (const [index, at] of times.entries()) {
      while (at - (times[from] ?? at) >= spanMs) from++;
      most = Math.max(most, index - from + 1);
    }
    return most;
  }

  async opened(): Promise<void> {
    this.process.start();
    await this.clock.advance(MINUTE_MS);
    this.process.store.catchUp();
    expect(this.process.store.now.snapshotKeys("bank", "", 2_000)).toHaveLength(CONNECTIONS);
  }

  async end(): Promise<void> {
    await Promise.all([this.process.stop(), this.clock.advance(3_000)]);
  }
}

test("a thousand connections that fall silent together are asked for over half of the grace, each once, two at a time", async () => {
  const quiet = new Quiet();
  await quiet.opened();
  await quiet.clock.advance(27 * HOUR_MS);
  expect(quiet.polls).toHaveLength(CONNECTIONS);
  expect(new Set(quiet.polls.map(({ key }) => key)).size).toBe(CONNECTIONS);
  const times = quiet.polls.map(({ at }) => at);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(25 * HOUR_MS);
  expect(Math.max(...times)).toBeLessThanOrEqual(26 * HOUR_MS + 2 * MINUTE_MS);
  // An hour's worth: some 17 a minute, by chance up to twice as many.
  expect(quiet.most(MINUTE_MS)).toBeLessThan(40);
  expect(quiet.busyMax).toBeLessThanOrEqual(CONCURRENCY);
  expect(quiet.most(1_000)).toBeLessThanOrEqual(2 * PER_SECOND);
  await quiet.end();
}, 60_000);

test("while the provider is away they are not asked for in vain, and once it is back none is lost and none comes faster than the pace", async () => {
  const quiet = new Quiet();
  await quiet.opened();
  await quiet.clock.advance(24 * HOUR_MS);
  quiet.away = true;
  quiet.calls = 0;
  await quiet.clock.advance(4 * HOUR_MS);
  // Ten tries, and then one each few minutes.
  expect(quiet.calls).toBeLessThan(100);
  quiet.away = false;
  quiet.polls.length = 0;
  await quiet.clock.advance(10 * MINUTE_MS + (CONNECTIONS / PER_SECOND) * 2_000);
  expect(new Set(quiet.polls.map(({ key }) => key)).size).toBe(CONNECTIONS);
  expect(quiet.busyMax).toBeLessThanOrEqual(CONCURRENCY);
  expect(quiet.most(10_000)).toBeLessThanOrEqual(11 * PER_SECOND);
  await quiet.end();
}, 60_000);
