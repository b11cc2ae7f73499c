import { afterEach, describe, expect, test } from "bun:test";
import { Server, type ServerOptions } from "../support/executable.ts";
import { accepted, post, SECRET, SOURCE_KEYS, settled } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import type { EventJson } from "../support/rows.ts";

interface Row {
  readonly id: string;
  readonly code: string;
  readonly held: boolean;
}
interface Released {
  readonly data: readonly { readonly status: string; readonly events: readonly { id: string }[] }[];
}

const config = (keys: string): string =>
  `import { defineConfig } from "longstop";\nexport default defineConfig({ network: { allowPrivate: ["127.0.0.1/32"] }, sources: { shop: {${keys} async onEvent(event, ctx) { ctx.state.seen = [...(ctx.state.seen ?? []), event.data.id]; } } } });\n`;

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

async function started(options: ServerOptions): Promise<Server> {
  const server = await Server.create(options);
  servers.push(server);
  await server.start();
  return server;
}

const release = async (server: Server, body: object): Promise<Released> => {
  const answer = await server.api("/v1/quarantine/release", {
    method: "POST",
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Released;
};

const kept = (server: Server): Promise<Row[]> => server.list<Row>("/v1/quarantine");

describe("the quarantine", () => {
  test("what a wrong secret refused is processed once the secret is mended, also after a kill", async () => {
    const server = await started({ config: config(SOURCE_KEYS.replace(SECRET, "wrong")) });
    for (const id of ["a", "b"])
      expect((await post(server, "shop", { id, connection: "c" })).status).toBe(401);
    await until("both are kept", 5_000, async () => (await kept(server)).length === 2);
    expect(await release(server, { source: "shop" })).toMatchObject({
      data: [{ status: "still_failing" }, { status: "still_failing" }],
    });

    await server.kill();
    await server.write("longstop.config.ts", config(SOURCE_KEYS));
    await server.start();
    await accepted(server, "shop", { id: "b", connection: "c" });
    const { data } = await release(server, { source: "shop" });

    expect(data.map(({ status }) => status)).toEqual(["released", "released"]);
    await settled(server, data[0]?.events[0]?.id ?? "");
    expect(await server.read("/v1/connections/shop/c")).toMatchObject({
      state: { seen: ["b", "a"] },
    });
    expect(await kept(server)).toEqual([]);
    expect(await server.list<EventJson>("/v1/events")).toHaveLength(2);
    expect(await server.logs()).not.toContain('"level":"error"');
  }, 60_000);

  test("what arrives while keys cannot be asked for is held over a kill and processed once they can", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ]);
    const jwk = {
      ...(await crypto.subtle.exportKey("jwk", pair.publicKey)),
      kid: "k",
      alg: "ES256",
    };
    const reserved = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response("", { status: 500 }),
    });
    const keys = `provider: "custom", event: { id: "/id", connection: "/connection" }, verify: { scheme: "jwt", jwksUrl: "http://127.0.0.1:${reserved.port}/jwks", issuer: "me", algorithms: ["ES256"] },`;
    const server = await started({ config: config(keys) });
    const token = await jwt(pair.privateKey, "k");
    const send = (id: string, bearer = token): Promise<Response> =>
      fetch(`${server.publicUrl}/in/shop`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ id, connection: "c" }),
      });

    const answers = [
      await send("a"),
      await send("b"),
      await send("forged", `${token.slice(0, -8)}AAAAAAAA`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(await answers[0]?.json()).toEqual({ status: "held", events: [] });
    expect((await kept(server)).map(({ held }) => held)).toEqual([true, true, true]);

    await server.kill();
    reserved.reload({ fetch: () => Response.json({ keys: [jwk] }) });
    await server.start();
    await until("the keys were asked for", 20_000, async () =>
      (await kept(server)).every(({ held }) => !held),
    );

    expect(await kept(server)).toMatchObject([{ code: "signature_mismatch", held: false }]);
    const events = await server.list<EventJson>("/v1/events");
    for (const { id } of events) await settled(server, id);
    expect(await server.read("/v1/connections/shop/c")).toMatchObject({
      state: { seen: ["a", "b"] },
    });
    expect(events).toHaveLength(2);
    await reserved.stop(true);
  }, 60_000);
});

async function jwt(key: CryptoKey, kid: string): Promise<string> {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = part({ iss: "me", iat: now, exp: now + 600 });
  const signed = `${part({ alg: "ES256", kid })}.${claims}`;
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(algorithm, key, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString("base64url")}`;
}
