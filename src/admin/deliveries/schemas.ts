import { type Static, Type } from "@sinclair/typebox";
import { ErrorView, GIVEN_TIME, Nullable, pageQuery, Time, text, words } from "../schemas.ts";

const STATUSES = ["pending", "delivered", "failed", "cancelled"] as const;

export const deliveriesQuery = Type.Object(
  {
    endpoint: Type.Optional(text(128, "id or name of an endpoint")),
    event: Type.Optional(text(64, "id of an event")),
    status: Type.Optional(words(STATUSES)),
    since: Type.Optional(Type.String({ ...GIVEN_TIME, title: "owed at or after" })),
    until: Type.Optional(Type.String({ ...GIVEN_TIME, title: "owed before" })),
    ...pageQuery,
  },
  { additionalProperties: false },
);

const row = {
  id: Type.String({ examples: ["dlv_…"] }),
  event: Type.String(),
  endpoint: Type.String(),
  endpointName: Nullable(Type.String({ description: "null: it was removed" })),
  type: Type.String(),
  source: Type.String(),
  connection: Nullable(Type.String()),
  status: words(STATUSES),
  attempts: Type.Integer(),
  createdAt: Nullable(Time),
  nextAttemptAt: Nullable(Time),
  confirming: Type.Boolean({
    description: "accepted; the subscriber has until nextAttemptAt to confirm",
  }),
  settledAt: Nullable(Time),
  error: Nullable(ErrorView),
  responseStatus: Nullable(Type.Integer({ description: "of the last try" })),
};

export const DeliveryView = Type.Object(row, { $id: "Delivery" });
export type DeliveryView = Static<typeof DeliveryView>;

const AttemptView = Type.Object(
  {
    attempt: Type.Integer(),
    startedAt: Nullable(Time),
    durationMs: Type.Number(),
    outcome: words(["delivered", "confirming", "retry", "failed"]),
    nextAt: Nullable(Time),
    error: Nullable(ErrorView),
    request: Type.Object({ headers: Type.Record(Type.String(), Type.String()) }),
    response: Nullable(
      Type.Object({
        status: Type.Integer(),
        headers: Type.Record(Type.String(), Type.String()),
        body: Type.String({ description: "as text, the first 16 KiB" }),
        truncated: Type.Boolean(),
      }),
    ),
  },
  { $id: "DeliveryAttempt" },
);

export const DeliveryDetailView = Type.Object(
  {
    ...row,
    attemptLog: Type.Array(AttemptView, { description: "the newest hundred, oldest first" }),
  },
  { $id: "DeliveryDetail" },
);
export type DeliveryDetailView = Static<typeof DeliveryDetailView>;
