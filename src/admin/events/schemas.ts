import { type Static, Type } from "@sinclair/typebox";
import { ErrorView, GIVEN_TIME, Nullable, pageQuery, Time, text, words } from "../schemas.ts";

export const STATUSES = ["pending", "completed", "skipped", "failed"] as const;
export const ORIGINS = ["webhook", "poll", "emit", "publish"] as const;

/** Which events; the same in lists (as a query) and in replays (as fields). */
export const filterFields = {
  source: Type.Optional(text(64, "name of a source")),
  connection: Type.Optional(text(512, "key of a connection")),
  type: Type.Optional(text(256, "event type, exact or with `*`: `invoice.*`")),
  status: Type.Optional(words(STATUSES)),
  origin: Type.Optional(words(ORIGINS)),
  since: Type.Optional(Type.String({ ...GIVEN_TIME, title: "received at or after" })),
  until: Type.Optional(Type.String({ ...GIVEN_TIME, title: "received before" })),
  error: Type.Optional(text(256, "part of the last error's code or message")),
  q: Type.Optional(text(256, "an event id, a dedupe key, or part of a type, connection or error")),
};

export const eventsQuery = Type.Object(
  {
    ...filterFields,
    ...pageQuery,
    include: Type.Optional(
      words(["data"], { description: "`data`: with the payload of each event of up to 64 KiB" }),
    ),
  },
  { additionalProperties: false },
);

const rowFields = {
  id: Type.String(),
  source: Type.String(),
  connection: Nullable(Type.String()),
  type: Type.String(),
  status: words(STATUSES),
  origin: words(ORIGINS),
  dedupeKey: Type.String(),
  occurredAt: Nullable(Time),
  receivedAt: Nullable(Time),
  settledAt: Nullable(Time),
  attempts: Type.Integer(),
  nextAttemptAt: Nullable(Time),
  waitingFor: Nullable(Type.String({ description: "why a pending event is not processed yet" })),
  stale: Type.Boolean(),
  error: Nullable(ErrorView),
  reason: Nullable(Type.String({ description: "why it was skipped or failed" })),
  size: Type.Integer({ description: "bytes" }),
  requestId: Type.String(),
  duplicates: Type.Integer({ description: "times that it arrived again" }),
  replays: Type.Integer(),
};

/** In a list `data` is there only when asked for, and only up to 64 KiB: a page would be gigabytes otherwise. */
export const EventSummary = Type.Object(
  { ...rowFields, data: Type.Optional(Type.Unknown()) },
  { $id: "EventSummary" },
);
export type EventSummary = Static<typeof EventSummary>;

const AttemptView = Type.Object(
  {
    attempt: Type.Integer(),
    startedAt: Nullable(Time),
    durationMs: Type.Number(),
    outcome: words(["completed", "skipped", "failed", "retry"]),
    error: Nullable(ErrorView),
    nextAt: Nullable(Time),
  },
  { $id: "Attempt" },
);

const StepView = Type.Object(
  { name: Type.String(), result: Type.Unknown(), at: Nullable(Time) },
  { $id: "Step" },
);

export const EventView = Type.Object(
  {
    ...rowFields,
    data: Type.Unknown({ description: "the payload as the handler sees it; null once it is gone" }),
    headers: Type.Record(Type.String(), Type.String()),
    request: Type.Object({ method: Type.String(), url: Type.String(), peer: Type.String() }),
    attemptLog: Type.Array(AttemptView),
    steps: Type.Array(StepView),
    behind: Nullable(Type.String({ description: "the event before it in its connection" })),
  },
  { $id: "Event" },
);
export type EventView = Static<typeof EventView>;

export const bodyQuery = Type.Object(
  {
    of: Type.Optional(
      words(["event", "request"], {
        description: "`request`: all of the request's bytes, where the event is one of a batch",
      }),
    ),
  },
  { additionalProperties: false },
);
