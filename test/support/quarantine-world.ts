import type { Database } from "bun:sqlite";
import { createHmac } from "node:crypto";
import { err } from "../../src/base/result.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import { QuarantineDesk } from "../../src/ingress/quarantine-desk.ts";
import { receive } from "../../src/ingress/receive.ts";
import type { Posted } from "../../src/journal/journal.ts";
import type { QuarantineRow } from "../../src/journal/quarantine.ts";
import { QuarantineClient } from "../../src/journal/quarantine-client.ts";
import { QuarantineTable } from "../../src/journal/quarantine-table.ts";
import type { EventRow } from "../../src/journal/rows.ts";
import { InlineJournal, openMemoryLog } from "./inline-journal.ts";
import { noEndpoints } from "./no-endpoints.ts";
import { Receiving } from "./receiving.ts";
import { eventSettings, hmacSettings, settings, sourceSettings } from "./settings.ts";

const ALL = { limit: 200, cursor: null };

/** HMAC over time and body with five minutes of tolerance; events are named by `id` and are about `of`. */
export const timed = (secret: string, given: Partial<SourceSettings> = {}): SourceSettings => {
  const timestamp = { header: "x-time", unit: "s", toleranceS: 300 } as const;
  const signed = "{header:x-time}.{body}";
  return sourceSettings({
    verify: hmacSettings({ signed, timestamp, secrets: [secret] }),
    event: eventSettings({ id: "/id", connection: "/of" }),
    whenUnavailable: "hold",
    ...given,
  });
};

/** Receiving and its quarantine over the real journal: one thread, time driven by hand. */
export class QuarantineWorld {
  readonly posted: Posted[] = [];
  readonly log: Database;
  readonly inline: InlineJournal;
  readonly desk: QuarantineDesk;
  readonly receiving: Receiving;
  /** How many more verifications find the key service down. */
  outages = 0;

  /** `log`: that of an earlier life. */
  constructor(sources: readonly SourceSettings[], log: Database = openMemoryLog()) {
    this.receiving = new Receiving(sources);
    this.log = log;
    const { clock } = this;
    this.inline = new InlineJournal(clock, { log });
    const table = new QuarantineTable(log);
    const store = new QuarantineClient({
      write: async (write) => this.inline.writer.beside(0, () => table.write(write)),
    });
    this.desk = new QuarantineDesk({
      clock,
      log: this.receiving.log,
      sources: this.receiving.sources,
      journal: this.inline.journal,
      reads: this.inline.reads,
      store,
      post: (posted) => void this.posted.push(...posted),
      hinted: () => undefined,
      fanOut: noEndpoints,
      development: () => false,
    });
    this.#interpose(sources);
  }

  get clock() {
    return this.receiving.clock;
  }

  configure(sources: readonly SourceSettings[]): void {
    this.receiving.sources.replace(settings(sources));
    this.#interpose(sources);
  }

  /** The status of the answer to a signed event. */
  async send(secret: string, event: object, source = "shop"): Promise<number> {
    const body = JSON.stringify(event);
    const time = String(Math.floor(this.clock.now() / 1000));
    const signature = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
    const type = "application/json";
    const headers = { "content-type": type, "x-time": time, "x-signature": signature };
    const request = new Request(`http://hooks.test/in/${source}`, {
      method: "POST",
      headers,
      body,
    });
    const answer = receive(request, "192.0.2.7", source, {
      ...this.receiving,
      journal: this.inline.journal,
      quarantine: this.desk.entrance,
      post: (posted) => void this.posted.push(...posted),
      hinted: () => undefined,
      fanOut: noEndpoints,
      draining: () => false,
    });
    await this.clock.settle();
    return (await answer).status;
  }

  async release(id: string, dryRun = false) {
    const released = this.desk.releases.release(id, dryRun);
    await this.clock.settle();
    return released;
  }

  /** Oldest first. */
  async events(): Promise<readonly EventRow[]> {
    return (await this.inline.reads.events({}, ALL)).rows.toReversed();
  }

  /** Oldest first. */
  async kept(): Promise<readonly QuarantineRow[]> {
    return (await this.inline.reads.quarantine({}, ALL)).rows.toReversed();
  }

  #interpose(sources: readonly SourceSettings[]): void {
    for (const { name } of sources) {
      const provider = this.receiving.sources.find(name)?.provider;
      if (provider === undefined) continue;
      const verify = provider.verify.bind(provider);
      const interposed: typeof verify = (inbound) => {
        if (this.outages === 0) return verify(inbound);
        this.outages--;
        return err({ code: "keys_unavailable", detail: "Nobody answers." });
      };
      Object.assign(provider, { verify: interposed });
    }
  }
}
