import type { SimulatedFinlink } from "./finlink.ts";

export interface Listening {
  readonly url: string;
  /** At once, also where calls are under way. */
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 2 ** 10;
/** Longer than a call that gets no answer is held. */
const IDLE_S = 180;

/**
 * The simulated provider on loopback. Beside Finlink's own paths, `/__truth`, `/__stats` and `/__control`
 * are for those who compare; faults and outages do not touch them.
 */
export function listen(finlink: SimulatedFinlink, port: number): Listening {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: IDLE_S,
    maxRequestBodySize: BODY_BYTES_MAX,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      return pathname.startsWith("/__")
        ? aside(pathname, request, finlink)
        : finlink.answer(request);
    },
    error: () => new Response(null, { status: 500 }),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    stop: () => server.stop(true),
  };
}

const ORDERS = "faults-on, faults-off, finish";

async function aside(path: string, request: Request, finlink: SimulatedFinlink): Promise<Response> {
  if (path === "/__stats") return Response.json(finlink.stats());
  if (path === "/__truth") {
    const stats = finlink.stats();
    return Response.json({ finished: stats.finished, connections: finlink.world.histories() });
  }
  if (path !== "/__control" || request.method !== "POST") {
    const message = "There are GET /__truth, GET /__stats and POST /__control.";
    return Response.json({ message }, { status: 404 });
  }
  const order = (await request.text()).trim();
  if (order === "faults-on" || order === "faults-off") finlink.faults = order === "faults-on";
  else if (order === "finish") finlink.finish();
  else return Response.json({ message: `The body is one of: ${ORDERS}.` }, { status: 400 });
  return Response.json(finlink.stats());
}
