import { Server, type ServerOptions } from "./executable.ts";
import { SOURCE_KEYS } from "./posting.ts";
import { until } from "./processes.ts";
import { Subscriber } from "./subscriber.ts";

/** Sending as it is seen from outside: the executable, its API, and subscribers. */

export interface EndpointJson {
  readonly id: string;
  readonly name: string;
  readonly status: "enabled" | "paused" | "disabled";
  readonly disabledReason: string | null;
  readonly pending: number;
  readonly delivered: number;
  readonly failed: number;
  readonly keys: readonly { readonly publicKey: string | null; readonly until: string | null }[];
}

export interface DeliveryJson {
  readonly id: string;
  readonly event: string;
  readonly endpoint: string;
  readonly endpointName: string | null;
  readonly status: "pending" | "delivered" | "failed" | "cancelled";
  readonly attempts: number;
  readonly confirming: boolean;
  readonly error: { readonly code: string } | null;
  readonly responseStatus: number | null;
}

const DELIVERED_MS_MAX = 10_000;

/** One source `plain` whose events complete at once, and these endpoints, in the configuration's own words. */
export const sendingConfig = (endpoints: string, top = ""): string => `
import { defineConfig } from "longstop";
export default defineConfig({ ${top}
  sources: { plain: {${SOURCE_KEYS} } },
  network: { allowPrivate: ["127.0.0.1/32"] },
  endpoints: { ${endpoints} },
});
`;

/** Servers and subscribers of one test; `close` ends them all. */
export class SendingWorld {
  readonly #ends: (() => Promise<void>)[] = [];

  subscriber(...given: ConstructorParameters<typeof Subscriber>): Subscriber {
    const subscriber = new Subscriber(...given);
    this.#ends.push(() => subscriber.stop());
    return subscriber;
  }

  async server(options: ServerOptions): Promise<Server> {
    const server = await Server.create(options);
    this.#ends.push(() => server.remove());
    await server.start();
    return server;
  }

  atEnd(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends.splice(0).map((end) => end()));
  }
}

/** Calls the API with a JSON body; rejects when it is refused. */
export async function ask<T>(
  server: Server,
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body: unknown = {},
): Promise<T> {
  const answer = await server.api(path, { method, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** Publishes a message; answers its event's id. */
export async function publish(
  server: Server,
  type: string,
  data: unknown,
  connection?: string,
): Promise<string> {
  const { id } = await ask<{ id: string }>(server, "POST", "/v1/messages", {
    type,
    data,
    ...(connection === undefined ? {} : { connection }),
  });
  return id;
}

/** The deliveries of one event, by the name of their endpoint. */
export async function deliveriesOf(
  server: Server,
  event: string,
): Promise<ReadonlyMap<string, DeliveryJson>> {
  const rows = await server.list<DeliveryJson>(`/v1/deliveries?event=${event}`);
  return new Map(rows.map((row) => [row.endpointName ?? row.endpoint, row]));
}

/** The delivery of an event to an endpoint, once it `is` so. */
export async function delivery(
  server: Server,
  event: string,
  endpoint: string,
  is: (row: DeliveryJson) => boolean = ({ status }) => status === "delivered",
): Promise<DeliveryJson> {
  let found: DeliveryJson | undefined;
  await until(`${event} is as wanted at ${endpoint}`, DELIVERED_MS_MAX, async () => {
    found = (await deliveriesOf(server, event)).get(endpoint);
    return found !== undefined && is(found);
  }).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}: ${JSON.stringify(found)}`);
  });
  if (found === undefined) throw new Error("unreachable");
  return found;
}

export const endpointNamed = (server: Server, name: string): Promise<EndpointJson> =>
  server.read<EndpointJson>(`/v1/endpoints/${name}`);
