import { createHmac } from "node:crypto";
import type { Server } from "./executable.ts";
import type { EventJson, Receipt } from "./rows.ts";

/** A sender of our own: one JSON object is one event, signed over its body. */
export const SECRET = "a-secret-of-the-tests";

/** The keys of a source for such events, to be put into the text of a configuration. */
export const SOURCE_KEYS = `
    provider: "custom",
    verify: { scheme: "hmac", header: "x-signature", secrets: ["${SECRET}"] },
    event: { id: "/id", type: "/type", connection: "/connection" },`;

export interface Thing {
  readonly id: string;
  readonly type?: string;
  readonly connection?: string;
  readonly [more: string]: unknown;
}

export function signedRequest(thing: Thing): RequestInit {
  const body = JSON.stringify({ type: "thing.happened", ...thing });
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  return {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-signature": signature },
  };
}

export function post(server: Server, source: string, thing: Thing): Promise<Response> {
  return fetch(`${server.publicUrl}/in/${source}`, signedRequest(thing));
}

/** Posts and expects a 202; answers the event's id. */
export async function accepted(server: Server, source: string, thing: Thing): Promise<string> {
  const answer = await post(server, source, thing);
  if (answer.status !== 202)
    throw new Error(`${thing.id} was answered ${answer.status}: ${await answer.text()}`);
  const receipt = (await answer.json()) as Receipt;
  return receipt.events[0]?.id ?? "";
}

/** The event once it is no longer pending; rejects after `withinMs`. */
export async function settled(server: Server, id: string, withinMs = 15_000): Promise<EventJson> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const event = await server.read<EventJson>(`/v1/events/${id}`);
    if (event.status !== "pending") return event;
    if (performance.now() > deadline)
      throw new Error(`${id} is still pending after ${withinMs} ms: ${event.waitingFor}`);
    await Bun.sleep(25);
  }
}
