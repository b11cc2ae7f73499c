import { afterAll, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { Confirmed } from "../../src/ingress/confirm-page.ts";
import { ingressRoutes, PUBLIC_APP, PUBLIC_SERVE } from "../../src/ingress/routes.ts";
import { Receiving } from "../support/receiving.ts";
import { sourceSettings } from "../support/settings.ts";

const receiving = new Receiving([sourceSettings()]);
const confirm = async (): Promise<Confirmed> => "unknown";
const app = ingressRoutes(receiving, confirm).listen({
  port: 0,
  hostname: "127.0.0.1",
  ...PUBLIC_SERVE,
});
const base = `http://127.0.0.1:${app.server?.port}`;
afterAll(() => app.stop(true));

describe("the public listener", () => {
  test("hands a request with its exact bytes, headers, query and peer to receiving", async () => {
    const body = new Uint8Array([0x20, 0x7b, 0x7d, 0x0a]);
    const response = await fetch(`${base}/in/shop?x=%C3%BC`, {
      method: "POST",
      body,
      headers: { "X-A": "b" },
    });
    expect(response.status).toBe(202);
    const intake = receiving.journal.intakes.at(-1);
    expect([...(intake?.body ?? [])]).toEqual([...body]);
    expect(intake?.request).toMatchObject({
      method: "POST",
      url: "/in/shop?x=%C3%BC",
      peer: "127.0.0.1",
    });
    expect(intake?.request.headers).toContainEqual(["x-a", "b"]);
  });

  test("answers for its health, and for nothing else of it", async () => {
    const healthy = await fetch(`${base}/healthz`);
    expect([healthy.status, await healthy.text()]).toEqual([200, "ok\n"]);
    const posted = await fetch(`${base}/healthz`, { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test.each([
    "/",
    "/in",
    "/in/",
    "/in//shop",
    "/in/shop/x",
    "/v1/events",
    "/in/%2e%2e/v1",
    "/metrics",
    "/in/%zz/x",
  ])("has nothing at %s", async (path) => {
    const response = await fetch(base + path, { method: "POST", body: "{}" });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json",
    ]);
  });

  test.each(["/confirm/%zz", "/confirm/%", "/confirm/%ff", "/confirm/%2e%2e", "/confirm/a"])(
    "knows no confirmation at %s",
    async (path) => {
      const response = await fetch(base + path, { method: "POST" });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
        404,
        "not_found",
      ]);
    },
  );

  test.each([
    "/in/%ff",
    "/in/%",
    "/in/%00",
    "/in/__proto__",
    "/in/SHOP",
    "/in/%F0%9F%92%A9",
    "/in/shop%2Fx",
  ])("knows no source at %s", async (path) => {
    const response = await fetch(base + path, { method: "POST", body: "{}" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "unknown_source" });
  });

  test("says itself that a body is too large, before it is sent", async () => {
    const answer = await raw(
      "POST /in/shop HTTP/1.1\r\nhost: h\r\ncontent-length: 999999999999\r\n\r\nx",
    );
    expect(answer).toContain('"code":"body_too_large"');
  });

  test.each(["h", "hub", "localhost", "a/in/x", "[::1]:80"])(
    "reads the path behind the host %s",
    async (host) => {
      const answer = await raw(
        `POST /in/shop HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`,
      );
      expect(answer).toStartWith("HTTP/1.1 202");
    },
  );
});

test("mounted on another instance, its 404s stay problems", async () => {
  const whole = new Elysia(PUBLIC_APP).use(ingressRoutes(receiving));
  const answer = await whole.handle(new Request("http://h/nowhere"));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    404,
    "application/problem+json",
  ]);
});

/** Everything that the listener says to these bytes, until it closes the connection. */
async function raw(request: string): Promise<string> {
  const { promise: closed, resolve: close } = Promise.withResolvers<string>();
  let heard = "";
  await Bun.connect({
    hostname: "127.0.0.1",
    port: app.server?.port ?? 0,
    socket: {
      open: (socket) => void socket.write(request),
      data: (_, bytes) => {
        heard += bytes.toString();
      },
      close: () => close(heard),
    },
  });
  return closed;
}
