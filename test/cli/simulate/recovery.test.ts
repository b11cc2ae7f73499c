import { expect, test } from "bun:test";
import { ok } from "../../../src/base/result.ts";
import { finlinkRecovery } from "../../../src/providers/recovery/finlink.ts";
import type { ProviderApi } from "../../../src/providers/recovery.ts";
import { sourceSettings } from "../../support/settings.ts";
import { HOUR_MS, type Play, play, settled } from "./play.ts";

/** The preset's own questions put to the simulated provider, by the smallest reconciler there can be. */
class Asker {
  readonly snapshots = new Map<string, unknown>();
  readonly told: { key: string; id: string; type: string; data: unknown }[] = [];
  readonly #recovery;
  readonly #api: ProviderApi;

  constructor({ call, finlink }: Play) {
    const credentials = { ...finlink.credentials };
    this.#recovery = finlinkRecovery(
      sourceSettings({ provider: "finlink", baseUrl: "http://127.0.0.1:8090", credentials }),
    );
    this.#api = {
      call: async ({ url, method, headers, body }) => {
        const path = url.replace("http://127.0.0.1:8090", "");
        const answer = await call(method, path, { headers, body });
        const json = () => answer.json;
        const header = (name: string) => answer.headers.get(name);
        return ok({
          status: answer.status,
          header,
          bytes: Buffer.from(JSON.stringify(answer.json)),
          json,
        });
      },
    };
  }

  async fetch(key: string): Promise<void> {
    const state = await this.#recovery.fetch(key, this.#api);
    if (state.ok) this.#learn(key, state.value);
  }

  async sweep(): Promise<void> {
    const seen = new Set<string>();
    for (let page: string | null = null; ; ) {
      const listed = await this.#recovery.list(page, null, this.#api);
      if (!listed.ok) throw new Error(listed.error.detail);
      for (const { key, state } of listed.value.states) {
        seen.add(key);
        this.#learn(key, state);
      }
      page = listed.value.next;
      if (page === null) break;
    }
    for (const key of [...this.snapshots.keys()]) if (!seen.has(key)) this.#learn(key, null);
  }

  #learn(key: string, state: unknown): void {
    const before = this.snapshots.get(key) ?? null;
    if (before === null && state === null) return;
    for (const { id, type, data } of this.#recovery.differences(before, state))
      this.told.push({ key, id, type, data });
    if (state === null) this.snapshots.delete(key);
    else this.snapshots.set(key, state);
  }
}

const BAD = { loseShare: 0.3, doubleShare: 0.2, reorderShare: 0.3, vagueShare: 0.05 };

for (const seed of [1, 2, 3, 4, 5]) {
  test(`what the preset asks of the provider of seed ${seed} leads to its truth, and tells nothing twice`, async () => {
    const own = play({ ...BAD, seed, connections: 60, changes: 300 });
    const asker = new Asker(own);
    await asker.sweep();
    own.finlink.start();
    let read = 0;
    for (let hours = 0; !own.finlink.stats().finished; hours++) {
      await own.clock.advance(HOUR_MS);
      await settled(own.clock);
      for (const { json } of own.received.slice(read))
        if (typeof json["connectionToken"] === "string") await asker.fetch(json["connectionToken"]);
      read = own.received.length;
      if (hours % 30 === 0) await asker.sweep();
    }
    await asker.sweep();
    const keys = asker.told.map(({ key, id }) => `${key} ${id}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { token, state, history } of own.finlink.world.histories()) {
      const last = asker.told.findLast(({ key }) => key === token);
      if (history.every((each) => each.state === null)) expect(last).toBeUndefined();
      else if (state === null) expect(last?.type).toBe("connection.deleted");
      else expect(last?.data).toEqual(state);
    }
  });
}
