import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, textAt } from "./payload.ts";
import type { HandshakeReply, Inbound, Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { fiveMinutes, presetHmac } from "./schemes/preset-hmac.ts";
import type { Scheme } from "./schemes/scheme.ts";

const STAMP = "x-slack-request-timestamp";

const openSlack = (source: SourceSettings): Scheme =>
  presetHmac(source, {
    header: "x-slack-signature",
    prefix: "v0=",
    signed: `v0:{header:${STAMP}}:{body}`,
    timestamp: fiveMinutes(STAMP),
  });

/**
 * Slack: the Events API, interactions and slash commands (the latter two come as forms). The challenge
 * at setting up is signed like everything else, and only then answered.
 *
 * Slack shows some answers to the user who caused the request, so that ours are empty.
 * Connection: the workspace. Type: that of the inner event; of a form `slash_command` or the payload's.
 */
export const slack: Preset = {
  name: "slack",
  title: "Slack",
  source:
    "https://docs.slack.dev/authentication/verifying-requests-from-slack and @slack/bolt 5.1.0 (read 2026-09-02)",
  needs: needs({ secrets: "required" }),
  guide: {
    verifies:
      "`X-Slack-Signature`: HMAC-SHA256 over `v0:<timestamp>:<body>`; at most five minutes old or ahead. The URL's challenge is answered once its signature is right.",
    secretHelp:
      "The app's Signing Secret, under Basic Information, App Credentials. The URL goes to Event Subscriptions, and to Interactivity or Slash Commands if wanted.",
    connection: "The workspace's `team_id`.",
    identity: "`event_id`; of interactions and commands `trigger_id`.",
    retryWindow:
      "Three times: at once, after one and after five minutes. It waits three seconds for the answer, and may stop an app of which fewer than 5 % succeed within an hour.",
    recovery: "cannot be listed; histories can be read through the Web API",
    provenBy: "vendor's verifier @slack/bolt",
  },
  bodyBytesMax: null,
  open: (source) => {
    const { verify } = openSlack(source);
    return {
      verify,
      handshake: (inbound) => {
        const challenge = challengeOf(inbound);
        return challenge !== null && verify(inbound).ok ? plain(challenge) : null;
      },
      split: openSplit(source.event, (payload) => ({
        id: fieldOf(payload, "event_id") ?? fieldOf(payload, "trigger_id"),
        type: typeOf(payload),
        connection: teamOf(payload),
        occurredAt: fieldOf(payload, "event_time"),
      })),
      methods: [],
      acceptedStatus: 200,
      reply: () => plain(""),
    };
  },
  sampleTypes: [
    "app_mention",
    "message",
    "reaction_added",
    "member_joined_channel",
    "app_rate_limited",
  ],
  sample(type, at, id, source, url) {
    if (!/^[a-z_]+$/.test(type)) return err(`${type} is no type of Slack's; try app_mention`);
    const seconds = Math.floor(at / 1000);
    const event = {
      type,
      user: "U061F7AUR",
      channel: "C0LAN2Q65",
      text: "Hello",
      ts: `${seconds}.000100`,
    };
    const common = { team_id: "T061EG9R6", api_app_id: "A0MDYCDME" };
    const payload =
      type === "app_rate_limited"
        ? { ...common, type, minute_rate_limited: seconds }
        : { ...common, type: "event_callback", event, event_id: id, event_time: seconds };
    return signed(openSlack(source), { type, at, id, url }, jsonSample(payload));
  },
};

const plain = (body: string): HandshakeReply => ({
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  body,
});

/** Cheap to rule out: the whole body need not be read for that. */
const CHALLENGE_BYTES_MAX = 4_096;

function challengeOf(inbound: Inbound): string | null {
  if (inbound.body.length > CHALLENGE_BYTES_MAX) return null;
  const parsed = inbound.parsed();
  if (!parsed.ok || fieldOf(parsed.value, "type") !== "url_verification") return null;
  return textAt(parsed.value, "challenge");
}

function typeOf(payload: unknown): unknown {
  if (typeof fieldOf(payload, "command") === "string") return "slash_command";
  const outer = fieldOf(payload, "type");
  return outer === "event_callback" ? fieldOf(fieldOf(payload, "event"), "type") : outer;
}

const teamOf = (payload: unknown): string | null =>
  textAt(payload, "team_id") ?? textAt(payload, "team", "id") ?? textAt(payload, "enterprise_id");
