import type { Millis } from "../base/clock.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { type Named, openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { HandshakeReply, Inbound, Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { sampleKey } from "./sample-key.ts";
import type { Scheme } from "./schemes/scheme.ts";
import { openSignature } from "./schemes/signature.ts";

/** No tolerance is documented for the timestamp; it is signed all the same. */
const openKeys = (publicKeys: readonly string[]): Scheme =>
  openSignature({
    scheme: "ed25519",
    curve: "P-256",
    hash: "sha256",
    format: "raw",
    encoding: "hex",
    header: "x-signature-ed25519",
    prefix: "",
    signed: "{header:x-signature-timestamp}{body}",
    timestamp: null,
    publicKeys,
  });

/** Of interactions, by their number; 1 is a ping. */
const INTERACTIONS: Readonly<Record<number, string>> = {
  2: "interaction.application_command",
  3: "interaction.message_component",
  4: "interaction.application_command_autocomplete",
  5: "interaction.modal_submit",
};

/** "Deferred": seen, the answer follows through the API with the interaction's token, for 15 minutes. */
const DEFERRED: Readonly<Record<number, object>> = {
  2: { type: 5 },
  3: { type: 6 },
  // Suggestions cannot follow later: there are none.
  4: { type: 8, data: { choices: [] } },
  5: { type: 5 },
};

const TYPES = [
  "interaction.application_command",
  "interaction.message_component",
  "interaction.modal_submit",
  "APPLICATION_AUTHORIZED",
  "APPLICATION_DEAUTHORIZED",
  "ENTITLEMENT_CREATE",
];

/**
 * Discord's interactions and webhook events, told apart by their form: an event has an `event`. Both ping,
 * and Discord sends bad signatures on purpose, which must get a 401: so a ping is verified first.
 * Connection, unless `event.connection` says otherwise: the guild, else the user, else the application.
 * An interaction is answered at once with "deferred"; the handler answers through the API.
 */
export const discord: Preset = {
  name: "discord",
  title: "Discord",
  source:
    "https://docs.discord.com/developers/interactions/overview, …/interactions/receiving-and-responding and …/events/webhook-events (read 2026-11-22)",
  needs: {
    secrets: "unused",
    publicKey: "required",
    verifyToken: "unused",
    credentials: "unused",
    apiKey: "unused",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies: "`X-Signature-Ed25519`: Ed25519 over the timestamp and the body. No age is too old.",
    secretHelp:
      "Developer Portal, your application, General Information: the Public Key goes into `publicKey`. The URL goes into Interactions Endpoint URL, or Webhooks, Endpoint.",
    connection: "The guild (`guild:<id>`), else the user (`user:<id>`), else the application.",
    identity: "`id` of an interaction; a webhook event has none and is known by its bytes.",
    retryWindow: "Webhook events: up to 10 minutes. Interactions: none; the answer is due in 3 s.",
    recovery: "cannot be listed",
    provenBy: "vendor's verifier discord-interactions",
  },
  bodyBytesMax: null,
  open(source) {
    const { verify } = openKeys(source.publicKey === null ? [] : [source.publicKey]);
    return {
      verify,
      handshake(inbound) {
        const pong = pongFor(inbound);
        return pong !== null && verify(inbound).ok ? pong : null;
      },
      probes: (inbound) => pongFor(inbound) !== null,
      split: openSplit(source.event, nameOf),
      methods: [],
      acceptedStatus: 204,
      reply: deferral,
    };
  },
  sampleTypes: TYPES,
  sample(type, at, id, source, url) {
    const payload = payloadOf(type, at, id);
    if (payload === null) return err(`${type} is no type of Discord's; try ${TYPES[0]}`);
    const scheme = signing(source);
    if (!scheme.ok) return scheme;
    const stamp = { "x-signature-timestamp": String(Math.floor(at / 1000)) };
    return signed(scheme.value, { type, at, id, url }, jsonSample(payload, stamp));
  },
};

function payloadIn(inbound: Inbound): unknown {
  const parsed = inbound.parsed();
  return parsed.ok ? parsed.value : undefined;
}

function pongFor(inbound: Inbound): HandshakeReply | null {
  const payload = payloadIn(inbound);
  const type = fieldOf(payload, "type");
  if (type === 0) return { status: 204, headers: {}, body: "" };
  return type === 1 && fieldOf(payload, "event") === undefined ? json({ type: 1 }) : null;
}

function deferral(inbound: Inbound): HandshakeReply | null {
  const payload = payloadIn(inbound);
  const type = fieldOf(payload, "type");
  const answer = typeof type === "number" ? DEFERRED[type] : undefined;
  return answer === undefined || fieldOf(payload, "event") !== undefined ? null : json(answer);
}

const json = (answer: object): HandshakeReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(answer),
});

function nameOf(payload: unknown): Named {
  const event = fieldOf(payload, "event");
  if (event !== undefined) {
    return {
      type: fieldOf(event, "type"),
      connection: connectionOf(fieldOf(event, "data"), payload),
      occurredAt: fieldOf(event, "timestamp"),
    };
  }
  const type = fieldOf(payload, "type");
  return {
    id: fieldOf(payload, "id"),
    type: typeof type === "number" ? (INTERACTIONS[type] ?? `interaction.${type}`) : "interaction",
    connection: connectionOf(payload, payload),
  };
}

function connectionOf(about: unknown, payload: unknown): unknown {
  const guild = fieldOf(about, "guild_id") ?? fieldOf(fieldOf(about, "guild"), "id");
  if (typeof guild === "string") return `guild:${guild}`;
  const user =
    fieldOf(fieldOf(about, "user"), "id") ??
    fieldOf(fieldOf(fieldOf(about, "member"), "user"), "id") ??
    fieldOf(about, "user_id");
  return typeof user === "string" ? `user:${user}` : fieldOf(payload, "application_id");
}

function signing(source: SourceSettings): Result<Scheme, string> {
  const key = sampleKey(source, "ed25519");
  return key.ok ? ok(openKeys([String(key.value.export({ format: "pem", type: "pkcs8" }))])) : key;
}

const USER = { id: "80351110224678912", username: "ada", global_name: "Ada Lovelace" };

function payloadOf(type: string, at: Millis, id: string): object | null {
  const application_id = "100000000000000001";
  const [number] = Object.entries(INTERACTIONS).find(([, name]) => name === type) ?? [];
  if (number !== undefined) {
    const place = { guild_id: "290926798626357999", channel_id: "645027906669510667" };
    const member = { user: USER, roles: [], permissions: "0" };
    const about = { name: "sample", id: "771825006014889984", custom_id: "sample" };
    const head = { id, application_id, type: Number(number), token: "sample", version: 1 };
    return { ...head, ...place, member, data: about, locale: "en-GB" };
  }
  if (!TYPES.includes(type)) return null;
  const about = type.startsWith("ENTITLEMENT") ? { id, user_id: USER.id } : { user: USER };
  const event = { type, timestamp: new Date(at).toISOString(), data: about };
  return { version: 1, application_id, type: 1, event };
}
