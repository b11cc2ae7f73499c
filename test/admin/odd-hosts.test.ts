import { expect, test } from "bun:test";
import { connect } from "node:net";
import { pathParams } from "../../src/admin/endpoint.ts";
import { adminDesk, FIXED_KEY } from "../support/admin.ts";

/** The status line that answers these bytes. */
function ask(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.once("data", (chunk) => {
      resolve(chunk.toString("latin1").split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

const HOSTS = [
  "",
  "Host: a b\r\n",
  "Host: [::bad\r\n",
  "Host: x:99999999\r\n",
  "Host: 127.999.999.999\r\n",
];

test.each(HOSTS)("an odd or absent Host is no trouble of ours: %j", async (host) => {
  for (const development of [false, true]) {
    const desk = await adminDesk({ development });
    const app = desk.app.listen({ hostname: "127.0.0.1", port: 0, reusePort: false });
    const port = app.server?.port ?? 0;
    const key = `Authorization: Bearer ${FIXED_KEY}\r\n`;
    for (const [path, wanted] of [
      ["/healthz", 200],
      ["/readyz", 200],
      ["/v1/events?limit=1", 200],
    ] as const) {
      const version = host === "" ? "1.0" : "1.1";
      const line = await ask(port, `GET ${path} HTTP/${version}\r\n${host}${key}\r\n`);
      // Bun itself refuses some of them before our code runs.
      expect([wanted, 400]).toContain(Number(line.split(" ")[1]));
    }
    await app.stop(true);
  }
});

test("what a query says is never taken for the path, whatever the host was", () => {
  const path = "/v1/endpoints/{id}/messages";
  const asked = "/v1/endpoints/theirs/messages?see=://x/v1/endpoints/mine/messages";
  for (const url of [asked, `http://api.example${asked}`]) {
    expect(pathParams(path, url)).toEqual({ ok: true, value: { id: "theirs" } });
  }
});
