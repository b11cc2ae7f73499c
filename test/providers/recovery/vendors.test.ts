import { expect, test } from "bun:test";
import { SquareClient } from "square";
import Stripe from "stripe";
import type { ListRecovery } from "../../../src/providers/recovery.ts";
import { served } from "../../support/stubs/serving.ts";
import { SQUARE_KEY } from "../../support/stubs/square.ts";
import { STRIPE_KEY } from "../../support/stubs/stripe.ts";
import { StubApi } from "../../support/stubs/stub.ts";
import { AT } from "../requests.ts";
import { LIST_CASES } from "./list-cases.ts";
import { HOUR_MS, listRecovery, sweptBy } from "./sweeping.ts";

/**
 * The stubs are our reading of documents. Here the vendor's own client asks the same stub: what it calls
 * is what its API has, and it finds the same.
 */
const SINCE = AT - HOUR_MS;

function world(provider: string) {
  const each = LIST_CASES.find(({ name }) => name === provider);
  if (each === undefined) throw new Error(`no case for ${provider}`);
  const events = Array.from({ length: 250 }, (_, index) =>
    each.make(index, SINCE + index * 10_000),
  );
  return { stub: each.stub(events), recovery: listRecovery(provider, each.source) };
}

const idsBy = async (recovery: ListRecovery, api: StubApi): Promise<string[]> =>
  (await sweptBy(recovery, api))
    .map(({ body }) => JSON.parse(Buffer.from(body).toString()))
    .map((event) => event.id ?? event.event_id);

test("Stripe's own client asks for the same list, and finds the same", async () => {
  const { stub, recovery } = world("stripe");
  using server = served(stub);
  const client = new Stripe(STRIPE_KEY, { host: "127.0.0.1", port: server.port, protocol: "http" });
  const created = { gte: SINCE / 1000, lte: AT / 1000 };
  const found = await client.events
    .list({ created, limit: 100 })
    .autoPagingToArray({ limit: 1_000 });
  const ours = await idsBy(recovery, new StubApi(stub));
  expect(found.map(({ id }) => id).toSorted()).toEqual(ours.toSorted());
  expect((await client.webhookEndpoints.list({ limit: 100 })).data).toEqual([]);
});

test("Square's own client asks for the same list, and finds the same in the same order", async () => {
  const { stub, recovery } = world("square");
  using server = served(stub);
  const client = new SquareClient({ token: SQUARE_KEY, baseUrl: server.url });
  const filter = {
    createdAt: { startAt: new Date(SINCE).toISOString(), endAt: new Date(AT).toISOString() },
  };
  const query = { filter, sort: { field: "DEFAULT", order: "ASC" } } as const;
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.events.searchEvents({
      limit: 100,
      query,
      ...(cursor ? { cursor } : {}),
    });
    found.push(...(page.events ?? []).map(({ eventId }) => eventId ?? ""));
    cursor = page.cursor;
  } while (cursor);
  expect(found).toEqual(await idsBy(recovery, new StubApi(stub)));
  const subscriptions = await client.webhooks.subscriptions.list({ limit: 100 });
  expect(subscriptions.data).toEqual([]);
});
