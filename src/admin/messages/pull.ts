import { Type } from "@sinclair/typebox";
import { parseDuration } from "../../base/duration.ts";
import { problem } from "../../base/problems.ts";
import type { PulledMessage, Pulling } from "../../outbound/sending.ts";
import { Accepted, accepted, iso } from "../answers.ts";
import type { Outgoing } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { noSuchEndpoint, refusedSending, resolved } from "../endpoints/resolve.ts";
import { asEventId } from "../events/read.ts";
import { listOf, Nullable, noQuery, pageQuery, Time, text } from "../schemas.ts";

const PATH = "/v1/endpoints/{id}/messages";
const LIMIT_DEFAULT = 10;
/** Proxies cut what is still for a minute. */
const WAIT_MS_MAX = 60_000;

const MessageView = Type.Object(
  {
    id: Type.String({ description: "the event's; the last one handled is acknowledged by it" }),
    type: Type.String(),
    source: Type.String(),
    connection: Nullable(Type.String()),
    occurredAt: Nullable(Time),
    contentType: Type.String(),
    data: Type.Unknown({ description: "the payload, where it is JSON; to the byte" }),
    body: Nullable(Type.String({ description: "the payload in base 64, where it is not JSON" })),
  },
  { $id: "Message" },
);

const messagesQuery = Type.Object(
  {
    limit: pageQuery.limit,
    wait: Type.Optional(
      Type.String({
        pattern: "^\\d{1,5}(ms|s|m)?$",
        maxLength: 8,
        allowed: 'how long to wait for the first message, up to "60s"',
        description: 'while there is none: `"20s"`, or seconds; at most 60 s',
      }),
    ),
  },
  { additionalProperties: false },
);

const ackBody = Type.Object(
  { upTo: text(64, "id of the last message that is done; all before it are too") },
  { additionalProperties: false },
);

const seekBody = Type.Object(
  {
    after: {
      ...Nullable(Type.String({ minLength: 1, maxLength: 64 })),
      allowed: "an event's id, or null for the beginning",
      description: "everything after this event is owed again; null: everything that is kept",
    },
  },
  { additionalProperties: false },
);

/** For subscribers that come for their messages; the place that each has reached is kept here. */
export const pullEndpoints = (out: Outgoing): readonly Endpoint[] => [
  messages(out),
  move(
    out,
    "ack",
    "Acknowledge everything up to a message",
    ackBody,
    ({ upTo }, pulling, id, by) => {
      const event = asEventId(upTo);
      return event === null ? null : pulling.ack(id, event, by);
    },
  ),
  move(
    out,
    "seek",
    "Go back, or on, to behind a message",
    seekBody,
    ({ after }, pulling, id, by) => {
      const event = after === null ? null : asEventId(after);
      return after !== null && event === null ? null : pulling.seek(id, event, by);
    },
  ),
];

const messages = (out: Outgoing): Endpoint =>
  endpoint({
    method: "GET",
    path: PATH,
    scope: "pull",
    summary:
      "Get messages that are not acknowledged, from the first; wait for one if there is none",
    query: messagesQuery,
    body: null,
    patient: true,
    answers: { 200: { description: "The next messages, in order", schema: listOf(MessageView) } },
    problems: ["not_found", "wrong_status", "behind", "slow"],
    handle: async ({ params: { id }, query, request }) => {
      const known = resolved(out.sending, id);
      if (known === null) return noSuchEndpoint();
      const waitMs = waitOf(query.wait);
      if (waitMs > WAIT_MS_MAX) return problem("invalid_parameter", '"wait" is at most 60s.');
      const page = { limit: query.limit ?? LIMIT_DEFAULT, waitMs };
      const got = await out.pulling.messages(known.id, page, request.signal);
      if (!got.ok) return refusedSending(got.error);
      const body = `{"data":[${got.value.map(messageText).join(",")}],"nextCursor":null}`;
      return new Response(body, { headers: { "content-type": "application/json" } });
    },
  });

/** A bare number counts seconds. */
const waitOf = (text = "0"): number =>
  parseDuration(/^\d+$/.test(text) ? `${text}s` : text) ?? Number.POSITIVE_INFINITY;

/** The message as JSON text, its payload untouched inside it. */
function messageText(message: PulledMessage): string {
  const { id, type, source, connection, contentType, body } = message;
  const occurredAt = iso(message.occurredAt);
  const json = body === null ? "null" : jsonIn(body);
  const rest = json === null && body !== null ? Buffer.from(body).toString("base64") : null;
  const head = JSON.stringify({
    id,
    type,
    source,
    connection,
    occurredAt,
    contentType,
    body: rest,
  });
  return `${head.slice(0, -1)},"data":${json ?? "null"}}`;
}

/** The bytes as text when they are JSON; `null` when they are not. */
function jsonIn(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    // Neither UTF-8 nor JSON is demanded of what a provider sends.
    return null;
  }
}

type Move<Body> = (
  body: Body,
  pulling: Pulling,
  id: Parameters<Pulling["ack"]>[0],
  by: string,
) => ReturnType<Pulling["ack"]> | null;

function move<Body extends typeof ackBody | typeof seekBody>(
  out: Outgoing,
  verb: string,
  summary: string,
  body: Body,
  act: Move<Body["static"]>,
): Endpoint {
  return endpoint({
    method: "POST",
    path: `/v1/endpoints/{id}/${verb}` as typeof PATH,
    scope: "pull",
    summary,
    query: noQuery,
    body,
    answers: { 200: { description: "Done", schema: Accepted } },
    problems: ["not_found", "wrong_status"],
    handle: async (call) => {
      const known = resolved(out.sending, call.params.id);
      if (known === null) return noSuchEndpoint();
      const done = await act(call.body, out.pulling, known.id, call.by);
      if (done === null) return problem("invalid_parameter", "That is no event's id, evt_….");
      return done.ok ? accepted() : refusedSending(done.error);
    },
  });
}
