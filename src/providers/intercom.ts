import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, joined, textAt } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { NO_KEYS, openScheme, type SchemeContext } from "./schemes/open.ts";
import { presetHmac } from "./schemes/preset-hmac.ts";
import type { LateScheme } from "./schemes/scheme.ts";

type Keys = SchemeContext["keys"];

/** How Intercom signs is known from third parties only: `verify` says otherwise where they are wrong. */
const openIntercom = (source: SourceSettings, keys: Keys): LateScheme =>
  source.verify === null
    ? presetHmac(source, { header: "x-hub-signature", algorithm: "sha1", prefix: "sha1=" })
    : openScheme(source.verify, { secrets: source.secrets, keys, scope: source.name });

/**
 * Intercom: notifications of the topics that an app subscribes to; the `ping` at setting up is an event
 * like any other. Connection: the object within its workspace.
 */
export const intercom: Preset = {
  name: "intercom",
  title: "Intercom",
  source:
    "https://developers.intercom.com/docs/webhooks (the signature: three third parties that agree; read 2026-11-22)",
  needs: needs({ secrets: "required", verify: "optional" }),
  guide: {
    verifies: "`X-Hub-Signature`: HMAC-SHA1 over the body. No time is signed.",
    secretHelp:
      "The app's client secret, in the Developer Hub under Basic information. The URL goes to Configure, Webhooks.",
    connection: "`<app_id>/<id of the object>`, else the workspace (`app_id`).",
    identity: "The notification's `id`.",
    retryWindow:
      "Once after about a minute. It waits five seconds for the answer; what takes longer than half a second is delivered with less priority. After 1,000 errors within 15 minutes it pauses, after seven days it suspends.",
    recovery: "cannot be listed; what changed can be searched by `updated_at`",
    provenBy: "own signer only",
  },
  fetchesKeys: true,
  bodyBytesMax: null,
  open: (source, { keys }) => ({
    verify: openIntercom(source, keys).verify,
    split: openSplit(source.event, (payload) => {
      const workspace = textAt(payload, "app_id");
      return {
        id: fieldOf(payload, "id"),
        type: fieldOf(payload, "topic"),
        connection: joined(workspace, textAt(payload, "data", "item", "id")) ?? workspace,
        occurredAt: fieldOf(payload, "created_at"),
      };
    }),
    methods: [],
    acceptedStatus: 200,
  }),
  sampleTypes: [
    "conversation.user.created",
    "conversation.admin.replied",
    "contact.created",
    "ticket.created",
    "ping",
  ],
  sample(type, at, id, source, url) {
    if (!/^[a-z_.]+$/.test(type))
      return err(`${type} is no topic of Intercom's; try conversation.user.created`);
    const seconds = Math.floor(at / 1000);
    const payload = {
      type: "notification_event",
      app_id: "a86dr8yl",
      id,
      topic: type,
      created_at: seconds,
      first_sent_at: seconds,
      delivery_attempts: 1,
      delivery_status: "pending",
      data: {
        type: "notification_event_data",
        item: { type: "conversation", id: "215472", created_at: seconds },
      },
    };
    return signed(openIntercom(source, NO_KEYS), { type, at, id, url }, jsonSample(payload));
  },
};
