import { type Static, Type } from "@sinclair/typebox";
import { Nullable, pageQuery, Time, text, words } from "../schemas.ts";

export const CONNECTION_STATUSES = ["active", "paused", "halted"] as const;

export const connectionsQuery = Type.Object(
  {
    source: Type.Optional(text(64, "name of a source")),
    status: Type.Optional(words(CONNECTION_STATUSES)),
    q: Type.Optional(text(256, "part of a key")),
    ...pageQuery,
  },
  { additionalProperties: false },
);

export const ConnectionView = Type.Object(
  {
    source: Type.String(),
    key: Type.String(),
    status: words(CONNECTION_STATUSES),
    statusReason: Nullable(Type.String()),
    statusAt: Nullable(Time),
    state: Type.Unknown({ description: "what the handler keeps; null before the first save" }),
    stateOmitted: Type.Optional(
      Type.Literal(true, { description: "the page was full: read the connection by itself" }),
    ),
    mailboxDepth: Type.Integer({ description: "unsettled events" }),
    lastEventAt: Nullable(Time),
    expectBy: Nullable(Time),
    waitingFor: Nullable(Type.String({ description: "why its head is not processed yet" })),
    restarts: Type.Integer(),
    head: Nullable(
      Type.Object({ id: Type.String(), attempts: Type.Integer(), nextAttemptAt: Nullable(Time) }),
    ),
    events: Type.Integer({ description: "all that ever came" }),
  },
  { $id: "Connection" },
);
export type ConnectionView = Static<typeof ConnectionView>;
