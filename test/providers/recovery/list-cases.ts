import type { SourceSettings } from "../../../src/config/settings.ts";
import { GITHUB_HOOK, GITHUB_TOKEN, githubStub } from "../../support/stubs/github.ts";
import { GOCARDLESS_KEY, gocardlessStub } from "../../support/stubs/gocardless.ts";
import { hubspotStub } from "../../support/stubs/hubspot.ts";
import { PADDLE_KEY, paddleStub } from "../../support/stubs/paddle.ts";
import { paypalStub } from "../../support/stubs/paypal.ts";
import { SQUARE_KEY, squareStub } from "../../support/stubs/square.ts";
import { STRIPE_KEY, stripeStub } from "../../support/stubs/stripe.ts";
import type { Happened, Stub } from "../../support/stubs/stub.ts";
import { SVIX_KEY, SVIX_URL, svixStub } from "../../support/stubs/svix.ts";

/** A provider that lists, what its stub is made of, and how its webhook would have said the same. */
export interface ListCase {
  readonly name: string;
  readonly source: Partial<SourceSettings>;
  readonly make: (index: number, at: number) => Happened;
  readonly stub: (events: readonly Happened[]) => Stub;
  readonly webhook: (event: Happened) => {
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: unknown;
  };
  /** Whether it can be asked by time; else whatever it keeps is brought. */
  readonly timed: boolean;
}

const iso = (at: number): string => new Date(at).toISOString();
/** Ids that sort as their events do. */
const idOf = (prefix: string, index: number): string =>
  `${prefix}${String(index).padStart(8, "0")}`;
const asIs = ({ payload }: Happened) => ({ headers: {}, payload });
const CREDENTIALS = { clientId: "ada", clientSecret: "s3cret" };

export const LIST_CASES: readonly ListCase[] = [
  {
    name: "stripe",
    source: { apiKey: STRIPE_KEY },
    make: (index, at) => {
      const [id, type] = [idOf("evt_", index), "invoice.paid"];
      const object = { id: `in_${index}`, object: "invoice", customer: `cus_${index % 3}` };
      const created = Math.floor(at / 1000);
      return { id, type, at, payload: { id, object: "event", type, created, data: { object } } };
    },
    stub: (own) => stripeStub({ own }),
    webhook: asIs,
    timed: true,
  },
  {
    name: "github",
    source: { apiKey: GITHUB_TOKEN, baseUrl: GITHUB_HOOK },
    make: (index, at) => ({
      id: String(index + 1),
      type: "issues",
      at,
      payload: { action: "opened", repository: { id: 42 }, issue: { number: index } },
    }),
    stub: (events) =>
      githubStub(
        events.map((event) => ({
          ...event,
          guid: `guid-${event.id}`,
          status: "failed to connect to host",
          code: 0,
        })),
      ),
    webhook: ({ id, payload }) => ({
      headers: { "x-github-delivery": `guid-${id}`, "x-github-event": "issues" },
      payload,
    }),
    timed: true,
  },
  {
    name: "gocardless",
    source: { apiKey: GOCARDLESS_KEY },
    make: (index, at) => {
      const id = idOf("EV", index);
      const links = { payment: `PM${index % 5}` };
      const named = { id, created_at: iso(at), resource_type: "payments", action: "confirmed" };
      return { id, type: "payments.confirmed", at, payload: { ...named, links, metadata: {} } };
    },
    stub: gocardlessStub,
    webhook: ({ payload }) => ({
      headers: {},
      payload: { events: [payload], meta: { webhook_id: "WB1" } },
    }),
    timed: true,
  },
  {
    name: "paddle",
    source: { apiKey: PADDLE_KEY },
    make: (index, at) => {
      const [id, type] = [idOf("evt_", index), "transaction.paid"];
      const data = { id: `txn_${index}`, customer_id: `ctm_${index % 4}` };
      const named = { event_id: id, event_type: type, occurred_at: iso(at) };
      return { id, type, at, payload: { ...named, notification_id: `ntf_${index}`, data } };
    },
    stub: paddleStub,
    webhook: asIs,
    timed: true,
  },
  {
    name: "square",
    source: { apiKey: SQUARE_KEY },
    make: (index, at) => {
      const [id, type] = [idOf("sq-", index), "payment.updated"];
      const data = { type: "payment", id: `P${index}`, object: {} };
      const named = { merchant_id: "M1", type, event_id: id, created_at: iso(at) };
      return { id, type, at, payload: { ...named, data } };
    },
    stub: squareStub,
    webhook: asIs,
    timed: true,
  },
  {
    name: "paypal",
    source: { credentials: CREDENTIALS },
    make: (index, at) => {
      const [id, type] = [idOf("WH-", index), "PAYMENT.CAPTURE.COMPLETED"];
      const resource = { id: `CAP${index}` };
      return { id, type, at, payload: { id, create_time: iso(at), event_type: type, resource } };
    },
    stub: paypalStub,
    webhook: asIs,
    timed: true,
  },
  {
    name: "svix",
    source: { apiKey: SVIX_KEY, baseUrl: SVIX_URL },
    make: (index, at) => {
      const [id, type] = [idOf("msg_", index), "invoice.paid"];
      return { id, type, at, payload: { type, timestamp: iso(at), data: { n: index } } };
    },
    stub: svixStub,
    webhook: ({ id, payload }) => ({ headers: { "svix-id": id }, payload }),
    timed: false,
  },
  {
    name: "hubspot",
    source: { credentials: CREDENTIALS },
    make: (index, at) => ({
      id: idOf("", index),
      type: "0-1.UPDATE",
      at,
      payload: {
        type: "crm.object",
        portalId: 62515,
        occurredAt: iso(at),
        action: "UPDATE",
        objectTypeId: "0-1",
        objectId: index,
      },
    }),
    stub: hubspotStub,
    // The journal has a form of its own: it is what a webhook of that form would be.
    webhook: ({ payload }) => ({ headers: {}, payload: [payload] }),
    timed: false,
  },
];
