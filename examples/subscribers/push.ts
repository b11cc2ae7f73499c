/**
 * A subscriber that is called: `bun push.ts <secret>`. Verifies every request with `standardwebhooks` and answers 204 once
 * it has taken the event. Every twentieth request it is too busy for, as any service is now and then.
 * `GET /` shows what it knows. Prints its port.
 */
import { Webhook } from "standardwebhooks";
import { Ledgers } from "./ledgers";

interface Order {
  readonly account: { readonly id: string };
  readonly total: number;
}

const BUSY_EVERY = 20;
const ledgers = new Ledgers();
const webhook = new Webhook(process.argv[2] ?? "");
/** How many came, how many of them were turned away, and how many could not be verified. */
let [requests, busy, unverified] = [0, 0, 0];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    if (request.method === "GET") return ledgers.report({ requests, busy, unverified });
    requests++;
    const body = await request.text();
    try {
      const order = webhook.verify(body, Object.fromEntries(request.headers)) as Order;
      if (requests % BUSY_EVERY === 0) {
        busy++;
        return new Response("busy; try again", { status: 503 });
      }
      ledgers.apply(request.headers.get("webhook-id") ?? "", order.account.id, order.total);
      return new Response(null, { status: 204 });
    } catch {
      unverified++;
      return new Response("the signature does not fit", { status: 401 });
    }
  },
});
console.log(server.port);
