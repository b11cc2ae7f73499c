import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Webhooks } from "@octokit/webhooks";
import Stripe from "stripe";
import type { Random } from "../../src/base/random.ts";

/** One request to be sent, signed anew on each try as the providers do. */
export interface Posting {
  readonly source: "github" | "stripe" | "shop";
  readonly body: string;
  /** Dedupe keys of the events inside, in order. */
  readonly events: readonly string[];
  headers(): Promise<Record<string, string>>;
}

export const SECRETS = {
  GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody",
  STRIPE_WEBHOOK_SECRET: "whsec_demo0123456789abcdefghijklmnop",
  SHOP_WEBHOOK_SECRET: "shop-secret-for-the-demo",
};

/** Every payload of `@octokit/webhooks-examples`, of github.com and of each GitHub Enterprise Server it knows. */
export async function githubPostings(random: Random): Promise<Posting[]> {
  const webhooks = new Webhooks({ secret: SECRETS.GITHUB_WEBHOOK_SECRET });
  const folder = dirname(
    createRequire(import.meta.url).resolve("@octokit/webhooks-examples/package.json"),
  );
  const postings: Posting[] = [];
  for await (const path of new Bun.Glob("*/index.json").scan({ cwd: folder })) {
    const kinds = (await Bun.file(join(folder, path)).json()) as {
      name: string;
      examples: unknown[];
    }[];
    for (const { name, examples } of kinds) {
      for (const example of examples) {
        const body = JSON.stringify(example);
        const delivery = guid(random);
        const fixed = {
          "content-type": "application/json",
          "user-agent": "GitHub-Hookshot/demo",
          "x-github-event": name,
          "x-github-delivery": delivery,
        };
        const headers = async () => ({
          ...fixed,
          "x-hub-signature-256": await webhooks.sign(body),
        });
        postings.push({ source: "github", body, events: [delivery], headers });
      }
    }
  }
  return postings;
}

const STRIPE_TYPES = [
  "payment_intent.created",
  "payment_intent.succeeded",
  "charge.succeeded",
  "charge.refunded",
  "invoice.paid",
];

/** Events as Stripe Connect sends them: a few connected accounts, a few customers each, signed by Stripe's own package. */
export function stripePostings(random: Random, count: number): Posting[] {
  const stripe = new Stripe("sk_test_demo");
  return Array.from({ length: count }, (_, index): Posting => {
    const id = `evt_${random.text(24)}`;
    const type = STRIPE_TYPES[random.below(STRIPE_TYPES.length)] ?? "charge.succeeded";
    const customer = `cus_demo${random.below(12)}`;
    const object = {
      id: `pi_${random.text(24)}`,
      object: "payment_intent",
      customer,
      amount: 100 + random.below(100_000),
      currency: "eur",
    };
    const account = `acct_demo${random.below(7)}`;
    const created = Math.floor(Date.now() / 1000) - count + index;
    const event = {
      id,
      object: "event",
      api_version: "2025-09-30.clover",
      account,
      created,
      type,
      livemode: false,
      pending_webhooks: 1,
      data: { object },
    };
    const body = JSON.stringify(event, null, 2);
    const headers = async () => ({
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      "stripe-signature": await stripe.webhooks.generateTestHeaderStringAsync({
        payload: body,
        secret: SECRETS.STRIPE_WEBHOOK_SECRET,
      }),
    });
    return { source: "stripe", body, events: [id], headers };
  });
}

/** Batches of orders. Each batch repeats an order of the one before, and every fourth one of its own. */
export function shopPostings(random: Random, batches: number, size: number): Posting[] {
  const postings: Posting[] = [];
  let last: object | undefined;
  for (let batch = 0; batch < batches; batch++) {
    const orders = Array.from({ length: size }, (_, index) => ({
      id: `order-${batch}-${index}`,
      kind: random.below(2) === 0 ? "order.placed" : "order.paid",
      account: { id: `customer/${random.below(9)}` },
      createdAt: new Date().toISOString(),
      total: random.below(10_000),
    }));
    const first = orders[0];
    const items = [
      ...(last === undefined ? [] : [last]),
      ...orders,
      ...(batch % 4 === 0 && first !== undefined ? [first] : []),
    ];
    last = orders.at(-1);
    const body = JSON.stringify({ orders: items });
    postings.push({
      source: "shop",
      body,
      events: items.map((item) => (item as { id: string }).id),
      headers: async () => shopHeaders(body),
    });
  }
  return postings;
}

function shopHeaders(body: string): Record<string, string> {
  const time = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", SECRETS.SHOP_WEBHOOK_SECRET)
    .update(`${time}.${body}`)
    .digest("hex");
  return { "content-type": "application/json", "x-shop-time": time, "x-shop-signature": signature };
}

function guid(random: Random): string {
  const hex = random.text(32, "0123456789abcdef");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
