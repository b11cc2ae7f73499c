import { expect, test } from "bun:test";
import { seededRandom } from "../../../src/base/random.ts";
import { err, ok } from "../../../src/base/result.ts";
import { presetByName } from "../../../src/providers/index.ts";
import type { Difference, ProviderApi, StateRecovery } from "../../../src/providers/recovery.ts";
import { HOUR_MS, type Play, play, settled } from "../../cli/simulate/play.ts";
import { sourceSettings } from "../../support/settings.ts";

/** Finlink's recovery over the played Finlink, with a session of its own. */
function recoveryOf({ call }: Play): { recovery: StateRecovery; api: ProviderApi } {
  const credentials = { clientId: "ada", clientSecret: "s3cret" };
  const source = sourceSettings({ provider: "finlink", credentials });
  const recovery = presetByName("finlink")?.recovery?.(source);
  if (recovery?.kind !== "state") throw new Error("finlink has no states");
  const api: ProviderApi = {
    async call({ method, url }) {
      const { status, headers, json } = await call(method, new URL(url).pathname);
      if (status !== 200 && status !== 404) {
        return err({ code: "unavailable", detail: `It answered ${status}.` });
      }
      const bytes = Buffer.from(JSON.stringify(json));
      return ok({ status, bytes, header: (name) => headers.get(name), json: () => json });
    },
  };
  return { recovery, api };
}

/** What reconciliation does with it: the snapshot moves with what is told, and only then. */
class Follower {
  readonly known = new Map<string, unknown>();
  readonly told: (Difference & { readonly key: string })[] = [];

  learn(recovery: StateRecovery, key: string, state: unknown): void {
    const differences = recovery.differences(this.known.get(key) ?? null, state);
    for (const difference of differences) this.told.push({ ...difference, key });
    if (state === null) this.known.delete(key);
    else if (differences.length > 0) this.known.set(key, state);
  }

  async sweep(recovery: StateRecovery, api: ProviderApi): Promise<void> {
    const seen = new Set<string>();
    let page: string | null = null;
    do {
      const answer = await recovery.list(page, null, api);
      if (!answer.ok) throw new Error(answer.error.detail);
      for (const { key, state } of answer.value.states) {
        seen.add(key);
        this.learn(recovery, key, state);
      }
      page = answer.value.next;
    } while (page !== null);
    for (const key of [...this.known.keys()].filter((each) => !seen.has(each))) {
      const state = await recovery.fetch(key, api);
      if (state.ok) this.learn(recovery, key, state.value);
    }
  }
}

const isSettled = (state: unknown): boolean => {
  const { status } = state as { readonly status: string };
  return status !== "PENDING" && status !== "UPDATING";
};

test.each([1, 2, 3])(
  "whoever looks at the played Finlink now and then knows its truth in the end (seed %d)",
  async (seed) => {
    const played = play({ seed, connections: 40, changes: 300 });
    const { recovery, api } = recoveryOf(played);
    const random = seededRandom(seed);
    const follower = new Follower();
    played.finlink.start();
    while (!played.finlink.stats().finished) {
      await played.clock.advance(HOUR_MS * (0.2 + random.unit() * 8));
      await settled(played.clock);
      await follower.sweep(recovery, api);
    }
    const { json } = await played.call("GET", "/api/v1/queries/connections");
    const truth = (json as { readonly credentialsToken: string }[]).filter(isSettled);
    expect(truth.length).toBeGreaterThan(20);
    for (const state of truth) {
      const last = follower.told.findLast(({ key }) => key === state.credentialsToken);
      expect(last?.data).toEqual(state);
    }
    const ids = follower.told.map(({ key, id }) => `${key}/${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    const kinds = new Set(follower.told.map(({ type }) => type.replace("connection.", "")));
    for (const kind of ["created", "imported", "updated", "update_failed", "update_token"]) {
      expect(kinds).toContain(kind);
    }
    const there = new Set(truth.map(({ credentialsToken }) => credentialsToken));
    const deleted = follower.told.filter(({ type }) => type === "connection.deleted");
    for (const { key } of deleted) expect(there.has(key)).toBe(false);
  },
  30_000,
);
