/**
 * What is compared against: the least that a server can do with a webhook, which is to read its body and
 * say 202. Keeps nothing. Prints its port.
 */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    await request.arrayBuffer();
    return new Response(null, { status: 202 });
  },
});
console.log(server.port);

export {};
