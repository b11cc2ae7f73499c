import { type Static, Type } from "@sinclair/typebox";
import { Nullable, Time, text, words } from "../schemas.ts";

const ENDPOINT_STATUSES = ["enabled", "paused", "disabled"] as const;
const ACTIVITIES = [
  "idle",
  "sending",
  "waiting",
  "throttled",
  "resting",
  "probing",
  "paused",
  "disabled",
  "pull",
  "halted",
  "locked",
] as const;

const duration = (description: string) =>
  Type.String({
    maxLength: 20,
    examples: ["15s"],
    description,
    allowed: 'a duration such as "15s"',
  });

const RateView = Type.Object({ perSecond: Type.Number(), burst: Type.Number() });

const RetryView = Type.Object({
  attempts: Type.Integer({ description: "with the first" }),
  delays: Nullable(Type.Array(Type.String(), { description: "before each further attempt" })),
  base: Nullable(Type.String()),
  factor: Nullable(Type.Number()),
  max: Nullable(Type.String()),
});

const KeyView = Type.Object({
  version: words(["v1", "v1a"]),
  publicKey: Nullable(Type.String({ description: "`whpk_…`: what v1a is verified with" })),
  fingerprint: Type.String({ description: "first 8 hex digits of its SHA-256" }),
  until: Nullable({ ...Time, description: "it stops signing then; null: the current one" }),
});

const fields = {
  id: Type.String({ examples: ["ep_4k2j9x"] }),
  name: Type.String(),
  origin: words(["config", "api"], { description: "`config`: the configuration alone changes it" }),
  url: Nullable(Type.String({ description: "null: it is pulled" })),
  types: Type.Array(Type.String()),
  status: words(ENDPOINT_STATUSES),
  disabledReason: Nullable(Type.String()),
  statusReason: Nullable(Type.String({ description: "why it is paused or disabled" })),
  statusAt: Nullable(Time),
  lastDeliveryAt: Nullable(Time),
  failingSince: Nullable({
    ...Time,
    description: "nothing but failure since; null: the last try went well",
  }),
  pending: Type.Integer({ description: "deliveries that it is owed" }),
  delivered: Type.Integer(),
  failed: Type.Integer(),
  activity: Type.Object({
    state: words(ACTIVITIES),
    until: Nullable(Time),
    detail: Type.String({ description: "one sentence" }),
    inFlight: Type.Integer({ description: "requests under way" }),
  }),
  filter: Nullable(Type.Record(Type.String(), Type.Unknown())),
  headers: Type.Array(Type.String(), { description: "names; values are never shown" }),
  auth: Nullable(words(["basic", "bearer", "header", "oauth2"])),
  keys: Type.Array(KeyView),
  strategy: words(["push", "batch", "pull"]),
  batch: Type.Object({ items: Type.Integer(), wait: Type.String() }),
  order: words(["none", "connection"]),
  rateLimit: Nullable(RateView),
  concurrency: Type.Integer(),
  timeout: Type.String(),
  retry: RetryView,
  confirm: Nullable(Type.String()),
  createdAt: Nullable(Time),
};

export const EndpointView = Type.Object(fields, { $id: "Endpoint" });
export type EndpointView = Static<typeof EndpointView>;

/** The only answer that ever holds the secret. */
export const NewEndpointView = Type.Object(
  {
    ...fields,
    secret: Nullable(
      Type.String({ description: "what signs, shown this once; null: nothing is pushed" }),
    ),
  },
  { $id: "NewEndpoint" },
);

const object = (allowed: string, description: string, options: object = {}) =>
  Type.Object({}, { allowed, description, additionalProperties: true, ...options });

/**
 * What an endpoint is made of, written as in the configuration. Names are checked here; what is in them, at
 * once and with the nearest right writing, by the reader that the configuration has.
 */
const settable = {
  url: Type.Optional(text(2_048, "https; needed, but for strategy pull")),
  types: Type.Optional(
    Type.Array(Type.String(), {
      allowed: 'a list of event types, exact or with *, such as ["order.*"]',
      description: "exact or with `*`; default all",
    }),
  ),
  filter: Type.Optional(Nullable(object("an object that mirrors the payload", "on the payload"))),
  secret: Type.Optional(
    Nullable(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: "`whsec_…` or `whsk_…`; default: one is made",
        allowed: "a text, or a list of texts",
        writeOnly: true,
      }),
    ),
  ),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      allowed: "an object of texts",
      description: "sent with each request",
      writeOnly: true,
    }),
  ),
  auth: Type.Optional(
    Nullable(
      object(
        "one of { basic }, { bearer }, { header }, { oauth2 }",
        "`{ basic: { username, password } }`, `{ bearer }`, `{ header: { name, value } }` or `{ oauth2: { tokenUrl, clientId, clientSecret, scope, audience } }`",
        { writeOnly: true },
      ),
    ),
  ),
  strategy: Type.Optional(words(["push", "batch", "pull"])),
  batch: Type.Optional(
    Type.Object(
      { items: Type.Optional(Type.Integer()), wait: Type.Optional(duration("at most so long")) },
      { allowed: "{ items, wait }" },
    ),
  ),
  order: Type.Optional(words(["none", "connection"])),
  rateLimit: Type.Optional(
    Nullable(
      Type.Union([Type.String(), object("{ perSecond, burst }", "in full")], {
        description: '`"100/s"`, `"600/m"` or `{ perSecond, burst }`',
      }),
    ),
  ),
  concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  timeout: Type.Optional(duration("of one request; default 15s")),
  retry: Type.Optional(
    Type.Union([Type.Array(Type.String()), object("{ attempts, … }", "in full")], {
      description:
        "waits before each further attempt, or `{ attempts, base, factor, max, jitter }`",
      allowed: "a list of durations, or { attempts, base, factor, max, jitter }",
    }),
  ),
  confirm: Type.Optional(Nullable(duration("how long the subscriber has to confirm"))),
  paused: Type.Optional(Type.Boolean()),
};

const NAME = Type.String({
  pattern: "^(?!ep_)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
  allowed: "1 to 64 letters, digits, dots, dashes and underscores",
  description: "unique; default: made of the URL's host",
});

export const newEndpointBody = Type.Object(
  { name: Type.Optional(NAME), ...settable },
  { additionalProperties: false },
);

export const endpointPatchBody = Type.Object(settable, { additionalProperties: false });

export const rotateBody = Type.Object(
  {
    secret: Type.Optional({ ...text(1_024, "the new one; default: one is made"), writeOnly: true }),
    overlap: Type.Optional(duration("how long the old one goes on signing beside it; default 24h")),
  },
  { additionalProperties: false },
);

export const RotatedView = Type.Object(
  {
    secret: Type.String({ description: "shown this once" }),
    previousUntil: Nullable({ ...Time, description: "the old one stops signing then" }),
  },
  { $id: "RotatedSecret" },
);
