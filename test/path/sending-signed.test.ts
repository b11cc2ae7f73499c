import { afterEach, describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { accepted } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import {
  ask,
  delivery,
  endpointNamed,
  publish,
  SendingWorld,
  sendingConfig,
} from "../support/sending-path.ts";
import { type Subscriber, verifying } from "../support/subscriber.ts";

/** Subscribers that answer 401 to what they cannot verify: what is delivered to them was verified by them. */

const secret = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString("base64")}`;
const [FIRST, SECOND, THIRD] = [secret(1), secret(2), secret(3)];
const SEED = `whsk_${Buffer.alloc(32, 4).toString("base64")}`;
/** A try that is not verified is not followed by others that could hide it. */
const ONCE = `retry: { attempts: 1 }`;

const world = new SendingWorld();
afterEach(() => world.close());

describe("what is sent verifies", () => {
  test("with standardwebhooks, with svix, and with Node's crypto by the text of the standard alone", async () => {
    const standard = world.subscriber(verifying((...given) => new Webhook(FIRST).verify(...given)));
    const svix = world.subscriber(
      verifying((...given) => new SvixWebhook(SECOND).verify(...given)),
    );
    const plain = await plainSubscriber(THIRD);
    const server = await world.server({
      config: sendingConfig(`
        standard: { url: "${standard.url}", secret: "${FIRST}", ${ONCE} },
        svix: { url: "${svix.url}", secret: "${SECOND}", ${ONCE} },
        plain: { url: "${plain.url}", secret: "${THIRD}", ${ONCE} },
        stranger: { url: "${standard.url}", secret: "${SECOND}", ${ONCE} },`),
    });

    const received = await accepted(server, "plain", { id: "one", text: "ü ☃ \u2028" });
    const published = await publish(server, "order.shipped", { text: "ü ☃", n: 1 });

    for (const event of [received, published]) {
      for (const name of ["standard", "svix", "plain"])
        expect(await delivery(server, event, name)).toMatchObject({ attempts: 1 });
      // One who signs with another's secret is told so.
      expect(
        await delivery(server, event, "stranger", ({ status }) => status === "failed"),
      ).toMatchObject({ responseStatus: 401 });
    }
    const verified = await plain.verified();
    expect(new Set(verified.map(({ id }) => id))).toEqual(new Set([received, published]));
    expect(bodyOf(standard, received)).toBe(
      `{"type":"thing.happened","id":"one","text":"ü ☃ \u2028"}`,
    );
    expect(JSON.parse(bodyOf(svix, published))).toEqual({
      type: "order.shipped",
      timestamp: expect.any(String),
      data: { text: "ü ☃", n: 1 },
    });
  }, 30_000);

  test("with a public key, where the secret is an Ed25519 one", async () => {
    const late = world.subscriber();
    const server = await world.server({
      config: sendingConfig(`signed: { url: "${late.url}", secret: "${SEED}", ${ONCE} },`),
    });
    const [key] = (await endpointNamed(server, "signed")).keys;
    const plain = await plainSubscriber(key?.publicKey ?? "");
    const made = { name: "keyed", url: plain.url, secret: SEED, retry: { attempts: 1 } };
    await ask(server, "POST", "/v1/endpoints", made);

    const event = await publish(server, "order.shipped", { n: 1 });

    await delivery(server, event, "keyed");
    expect(await plain.verified()).toMatchObject([{ id: event }]);
  }, 30_000);

  test("while a secret is replaced both sign, and afterwards the new one alone", async () => {
    const subscriber = world.subscriber();
    const server = await world.server({ config: sendingConfig("") });
    const { secret: before } = await ask<{ secret: string }>(server, "POST", "/v1/endpoints", {
      name: "shop",
      url: subscriber.url,
    });
    const { secret: after, previousUntil } = await ask<{ secret: string; previousUntil: string }>(
      server,
      "POST",
      "/v1/endpoints/shop/rotate-secret",
      { overlap: "1500ms" },
    );

    await delivery(server, await publish(server, "order.shipped", {}), "shop");
    await until("the overlap is over", 5_000, () => Date.now() > Date.parse(previousUntil));
    await delivery(server, await publish(server, "order.shipped", {}), "shop");

    const [within, later] = subscriber.got;
    const verifies = (got: typeof within, by: string): boolean => {
      try {
        return new Webhook(by).verify(got?.body ?? "", { ...got?.headers }) !== null;
      } catch {
        return false;
      }
    };
    expect([verifies(within, before), verifies(within, after)]).toEqual([true, true]);
    expect([verifies(later, before), verifies(later, after)]).toEqual([false, true]);
  }, 30_000);
});

const bodyOf = (subscriber: Subscriber, event: string): string =>
  subscriber.got.find(({ id }) => id === event)?.body ?? "";

/** `plain-subscriber.mjs` in a process of its own, by `node` where there is one. */
async function plainSubscriber(
  key: string,
): Promise<{ url: string; verified(): Promise<{ id: string; body: string }[]> }> {
  const script = join(resolve(import.meta.dir, "../support"), "plain-subscriber.mjs");
  const child = Bun.spawn([Bun.which("node") ?? process.execPath, script, key], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  world.atEnd(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  const { value } = await child.stdout.getReader().read();
  const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`;
  const verified = async () => (await (await fetch(url)).json()) as { id: string; body: string }[];
  return { url, verified };
}
