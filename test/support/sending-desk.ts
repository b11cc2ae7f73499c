import { type EventId, eventId, seq } from "../../src/base/ids.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { deliveryId, type EndpointId, endpointId } from "../../src/journal/sending.ts";
import { InlineJournal } from "./inline-journal.ts";
import { event, intake, T0 } from "./intake.ts";
import { SimClock } from "./sim-clock.ts";

export const shop = endpointId("ep_shop");
export const mail = endpointId("ep_mail");
export const idOf = (place: number): EventId => eventId(seq(place), 1);

type Sending<K> = Omit<Extract<Fact, { kind: K }>, "kind" | "at" | "by">;

/** The real journal in memory, told of sending in few words. */
export class SendingDesk {
  readonly clock = new SimClock();
  readonly real = new InlineJournal(this.clock, { stepSize: 3 });
  readonly reads = this.real.reads;

  async put(...ids: readonly EndpointId[]): Promise<void> {
    for (const id of ids)
      await this.tell({
        kind: "endpoint_put",
        id,
        endpoint: { name: id, origin: "api", definition: "{}", sealed: null, createdAt: T0 },
        by: "key_x",
      });
  }

  /** Completed events, each owed to all of these. */
  async bring(keys: readonly string[], to: readonly EndpointId[], more = {}): Promise<number[]> {
    const events = keys.map((key) => event(key, more));
    const deliveries = keys.map(() => to);
    const answered = this.real.journal.append(intake(events, { settled: true, deliveries }));
    await this.clock.settle();
    return (await answered).map((each) => each.seq);
  }

  async tell(fact: object): Promise<number> {
    const told = this.real.journal.record({ at: this.clock.now(), by: "key_x", ...fact } as Fact);
    await this.clock.settle();
    return told;
  }

  tried(eventSeq: number, more: Partial<Sending<"tried">> = {}, to = shop): Promise<number> {
    return this.tell({
      kind: "tried",
      delivery: { event: seq(eventSeq), endpoint: to },
      attempt: 1,
      outcome: "delivered",
      nextAt: null,
      startedAt: T0,
      durationMs: 5,
      error: null,
      requestHeaders: [["webhook-id", "x"]],
      reply: { status: 200, headers: [], body: "ok", truncated: false },
      ...more,
    });
  }

  async owed(to = shop, now = this.clock.now()): Promise<number[]> {
    const { deliveries } = await this.reads.owed(to, now, seq(0), 10);
    return deliveries.map((each) => each.event);
  }

  async heads(to = shop): Promise<number[]> {
    const { deliveries } = await this.reads.owedHeads(to, this.clock.now(), seq(0), 10);
    return deliveries.map((each) => each.event);
  }

  async unacked(to = shop): Promise<number[]> {
    const { deliveries } = await this.reads.unacked(to, seq(0), 10);
    return deliveries.map((each) => each.event);
  }

  async counts(to = shop): Promise<(number | undefined)[]> {
    const row = await this.reads.endpoint(to);
    return [row?.pending, row?.delivered, row?.failed];
  }

  async status(eventSeq: number, to = shop): Promise<string | undefined> {
    return (await this.reads.delivery(deliveryId(idOf(eventSeq), to)))?.status;
  }
}
