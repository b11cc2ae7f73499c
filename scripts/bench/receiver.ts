/**
 * Who is sent to: reads the body, answers 204, and keeps when each request arrived, for both sides of a
 * comparison alike. `GET /arrivals?skip=<ms>` says how many came after the first `skip` ms, and in how many
 * ms; `DELETE /arrivals` forgets them. Prints its port.
 */
const ARRIVALS_MAX = 4_000_000;
const arrivals = new Float64Array(ARRIVALS_MAX);
let count = 0;

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    if (request.method === "POST") {
      await request.arrayBuffer();
      if (count < ARRIVALS_MAX) arrivals[count++] = performance.now();
      return new Response(null, { status: 204 });
    }
    if (request.method === "DELETE") {
      count = 0;
      return new Response(null, { status: 204 });
    }
    const skip = Number(new URL(request.url).searchParams.get("skip"));
    const seen = arrivals.subarray(0, count);
    const begin = (seen[0] ?? 0) + skip;
    const before = seen.findIndex((at) => at >= begin);
    const counted = before < 0 ? 0 : count - before;
    return Response.json({ count, counted, ms: (seen[count - 1] ?? begin) - begin });
  },
});
console.log(server.port);

export {};
