import type { Stub } from "./stub.ts";

/** A stub on a port of this machine, for clients that speak HTTP; `using` ends it. */
export function served(stub: Stub) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { status, headers, body } = stub({
        url: request.url,
        method: request.method === "POST" ? "POST" : "GET",
        headers: Object.fromEntries(request.headers),
        body: request.method === "POST" ? await request.text() : null,
      });
      return new Response(body, {
        status,
        headers: { "content-type": "application/json", ...headers },
      });
    },
  });
  return {
    port: Number(server.port),
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.dispose]: () => void server.stop(true),
  };
}
