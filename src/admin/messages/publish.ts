import { Type } from "@sinclair/typebox";
import { locateValue } from "../../base/json-ranges.ts";
import { LIMITS } from "../../base/limits.ts";
import { problem } from "../../base/problems.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { json } from "../answers.ts";
import type { Outgoing } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { refusedSending } from "../endpoints/resolve.ts";
import { noQuery, text } from "../schemas.ts";

const messageBody = Type.Object(
  {
    type: text(LIMITS.EVENT_TYPE_BYTES_MAX, "what happened: `order.shipped`"),
    data: Type.Unknown({ description: "any JSON; sent on to the byte" }),
    connection: Type.Optional(
      text(
        LIMITS.CONNECTION_KEY_BYTES_MAX,
        "what it is about; messages of one connection can be sent in order",
      ),
    ),
  },
  { additionalProperties: false },
);

const PublishedView = Type.Object(
  {
    status: Type.Literal("accepted"),
    id: Type.String({ description: "the event's; subscribers get it as webhook-id" }),
    duplicate: Type.Boolean({ description: "published before, with the same Idempotency-Key" }),
  },
  { $id: "Published" },
);

/** Messages of the team's own, to whoever subscribed. */
export const publishEndpoints = (out: Outgoing): readonly Endpoint[] => [publish(out)];

const publish = ({ sending }: Outgoing): Endpoint =>
  endpoint({
    method: "POST",
    path: "/v1/messages",
    scope: "publish",
    summary:
      "Publish a message to the endpoints; with an Idempotency-Key it can be repeated safely",
    query: noQuery,
    body: messageBody,
    bodyBytesMax: LIMITS.EMITTED_BYTES_MAX,
    answers: {
      202: { description: "It is journaled, and on its way", schema: PublishedView },
      200: {
        description: "It was published before, with this key; nothing was done",
        schema: PublishedView,
      },
    },
    problems: ["conflict"],
    handle: async ({ body, bytes, request, by }) => {
      const key = idempotencyKey(request.headers.get("idempotency-key"));
      if (!key.ok) return problem("invalid_parameter", key.error);
      const trace = traceOf(request.headers.get("traceparent"));
      const message = {
        type: body.type,
        data: dataOf(bytes),
        connection: body.connection ?? null,
        idempotencyKey: key.value,
        ...(trace === null ? {} : { trace }),
      };
      const done = await sending.publish(message, by);
      if (!done.ok) return refusedSending(done.error);
      const { id, duplicate } = done.value;
      return json({ status: "accepted", id, duplicate }, duplicate ? 200 : 202);
    },
  });

const KEY_CHARS_MAX = 255;

/** The same length that Stripe takes; anything visible, compared as it is. */
function idempotencyKey(given: string | null): Result<string | null, string> {
  if (given === null) return ok(null);
  if (given.length <= KEY_CHARS_MAX && /^[\x21-\x7e]+$/.test(given)) return ok(given);
  return err(
    `Idempotency-Key must be 1 to ${KEY_CHARS_MAX} visible ASCII characters, such as a UUID.`,
  );
}

/** `data` as it was written: numbers keep all their digits, and properties their order. */
function dataOf(bytes: Uint8Array): string {
  const [offset, length] = locateValue(bytes, ["data"]) ?? [0, 0];
  return new TextDecoder().decode(bytes.subarray(offset, offset + length));
}

/** W3C Trace Context, level 1; anything else is as if it were not there. */
const traceOf = (given: string | null): string | null =>
  given !== null && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(given) ? given : null;
