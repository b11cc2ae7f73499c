import { afterEach, describe, expect, test } from "bun:test";
import type { Server } from "../support/executable.ts";
import { accepted } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import { ask, publish, SendingWorld, sendingConfig } from "../support/sending-path.ts";

/** Subscribers that come for their events: by pulling, and by following the stream. */

const world = new SendingWorld();
afterEach(() => world.close());

interface MessageJson {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** A subscriber that has nothing but its own key. */
class Puller {
  readonly #server: Server;
  readonly #key: string;

  constructor(server: Server, key: string) {
    this.#server = server;
    this.#key = key;
  }

  static async of(server: Server, endpoint: string): Promise<Puller> {
    const scopes = [`pull:${endpoint}`];
    const made = { name: `of ${endpoint}`, scopes };
    const { secret } = await ask<{ secret: string }>(server, "POST", "/v1/keys", made);
    return new Puller(server, secret);
  }

  call(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#key}`, "content-type": "application/json" };
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(`${this.#server.adminUrl}${path}`, { method, headers, ...given });
  }

  async messages(query = "limit=200"): Promise<MessageJson[]> {
    const answer = await this.call("GET", `/v1/endpoints/desk/messages?${query}`);
    if (!answer.ok) throw new Error(`answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { data: MessageJson[] }).data;
  }

  async ids(query?: string): Promise<string[]> {
    return (await this.messages(query)).map(({ id }) => id);
  }
}

const DESK = `desk: { strategy: "pull", types: ["order.*"] },`;

describe("pulling", () => {
  test("what is not acknowledged comes again in order, also after a kill, and a subscriber can go back", async () => {
    const server = await world.server({ config: sendingConfig(DESK) });
    const puller = await Puller.of(server, "desk");
    const sent: string[] = [];
    for (let n = 0; n < 5; n++) sent.push(await publish(server, "order.placed", { n }));
    await publish(server, "bill.paid", {});

    expect(await puller.ids()).toEqual(sent);
    expect(await puller.ids("limit=2")).toEqual(sent.slice(0, 2));
    expect((await puller.messages("limit=2")).map(({ data }) => data)).toEqual([
      { n: 0 },
      { n: 1 },
    ]);
    const ack = { upTo: sent[2] };
    expect((await puller.call("POST", "/v1/endpoints/desk/ack", ack)).status).toBe(200);
    expect(await puller.ids()).toEqual(sent.slice(3));
    // Twice, and of one that is done already: nothing changes.
    expect((await puller.call("POST", "/v1/endpoints/desk/ack", { upTo: sent[0] })).ok).toBe(true);
    await server.kill();
    await server.start();
    expect(await puller.ids()).toEqual(sent.slice(3));

    expect((await puller.call("POST", "/v1/endpoints/desk/seek", { after: sent[0] })).ok).toBe(
      true,
    );
    expect(await puller.ids()).toEqual(sent.slice(1));
    expect((await puller.call("POST", "/v1/endpoints/desk/seek", { after: null })).ok).toBe(true);
    expect(await puller.ids()).toEqual(sent);
    expect((await puller.call("POST", "/v1/endpoints/desk/ack", { upTo: "evt_x" })).status).toBe(
      400,
    );
  }, 40_000);

  test("a long poll is answered as soon as there is something, and empty when its time is over", async () => {
    const server = await world.server({ config: sendingConfig(DESK) });
    const puller = await Puller.of(server, "desk");

    const began = performance.now();
    const waiting = puller.ids("wait=20s");
    await Bun.sleep(300);
    const event = await publish(server, "order.placed", {});
    expect(await waiting).toEqual([event]);
    expect(performance.now() - began).toBeLessThan(10_000);

    await puller.call("POST", "/v1/endpoints/desk/ack", { upTo: event });
    const since = performance.now();
    expect(await puller.ids("wait=400ms")).toEqual([]);
    expect(performance.now() - since).toBeGreaterThanOrEqual(350);
  }, 30_000);

  test("a subscriber's key opens its own endpoint and nothing else", async () => {
    const others = `${DESK} other: { strategy: "pull" },`;
    const server = await world.server({ config: sendingConfig(others) });
    const puller = await Puller.of(server, "desk");
    const event = await publish(server, "order.placed", {});
    const delivery = (await server.list<{ id: string }>("/v1/deliveries"))[0]?.id;

    expect(await puller.ids()).toEqual([event]);
    const closed: [string, string, unknown?][] = [
      ["GET", "/v1/endpoints/other/messages"],
      ["POST", "/v1/endpoints/other/ack", { upTo: event }],
      ["POST", "/v1/endpoints/other/seek", { after: null }],
      ["GET", "/v1/endpoints"],
      ["GET", "/v1/endpoints/desk"],
      ["PATCH", "/v1/endpoints/desk", { types: ["*"] }],
      ["POST", "/v1/endpoints/desk/rotate-secret", {}],
      ["POST", "/v1/endpoints/desk/disable", {}],
      ["GET", "/v1/events"],
      ["GET", `/v1/events/${event}`],
      ["GET", "/v1/deliveries"],
      ["POST", `/v1/deliveries/${delivery}/resend`, {}],
      ["POST", "/v1/messages", { type: "order.placed", data: {} }],
      ["GET", "/v1/stream"],
      ["GET", "/v1/keys"],
      ["POST", "/v1/keys", { name: "more", scopes: ["admin"] }],
      ["GET", "/v1/stats"],
    ];
    const answers = await Promise.all(closed.map((call) => puller.call(...call)));
    expect(answers.map(({ status }, place) => `${closed[place]?.[1]} ${status}`)).toEqual(
      closed.map(([, path]) => `${path} 403`),
    );
    expect(
      (await new Puller(server, "lsk_none").call("GET", "/v1/endpoints/desk/messages")).status,
    ).toBe(401);
  }, 30_000);
});

describe("following the stream", () => {
  test("whoever resumes with Last-Event-ID after a kill misses nothing", async () => {
    const server = await world.server({ config: sendingConfig("") });
    const sent = new Set<string>();
    const seen = new Set<string>();
    const before = new Follower(server, seen, "0");
    for (let n = 0; n < 20; n++) sent.add(await accepted(server, "plain", { id: `before-${n}` }));
    await until("some were seen", 10_000, () => seen.size > 5);

    await server.kill();
    await before.end();
    await server.start();
    for (let n = 0; n < 20; n++) sent.add(await accepted(server, "plain", { id: `after-${n}` }));
    const after = new Follower(server, seen, before.position);
    await until("all were seen", 10_000, () => seen.size === sent.size);

    expect([...seen].sort()).toEqual([...sent].sort());
    expect(after.repeated).toBeLessThan(20);
    await after.end();
  }, 40_000);
});

/** Reads the stream as an EventSource does, keeping the last id that it was given. */
class Follower {
  position: string;
  /** Events that had been seen before. */
  repeated = 0;
  readonly #abort = new AbortController();
  readonly #reading: Promise<void>;

  constructor(server: Server, seen: Set<string>, from: string) {
    this.position = from;
    this.#reading = this.#read(server, seen).catch(() => {}); // Killed, or ended by us.
  }

  end(): Promise<void> {
    this.#abort.abort();
    return this.#reading;
  }

  async #read(server: Server, seen: Set<string>): Promise<void> {
    const headers = { "last-event-id": this.position };
    const answer = await server.api("/v1/stream", { headers, signal: this.#abort.signal });
    if (answer.body === null) return;
    let rest = "";
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block, seen);
    }
  }

  #take(block: string, seen: Set<string>): void {
    const position = /^id: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data !== undefined) {
      const { id } = JSON.parse(data) as { id: string };
      if (seen.has(id)) this.repeated++;
      seen.add(id);
    }
    if (position !== undefined) this.position = position;
  }
}
