import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, joined, textAt } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { NO_KEYS, openScheme, type SchemeContext } from "./schemes/open.ts";
import type { LateScheme } from "./schemes/scheme.ts";
import { openBasic } from "./schemes/tokens.ts";

type Keys = SchemeContext["keys"];

/** The user name of the URL: `https://postmark:<secret>@…`, unless `verify` says otherwise. */
const USERNAME = "postmark";

const openPostmark = (source: SourceSettings, keys: Keys): LateScheme =>
  source.verify === null
    ? openBasic({ scheme: "basic", username: USERNAME, passwords: source.secrets }, source.secrets)
    : openScheme(source.verify, { secrets: source.secrets, keys, scope: source.name });

/**
 * Postmark does not sign: a user name and password in the URL, a header of one's own or its addresses
 * are all there is. Inbound mails have no `RecordType`; their type is `Inbound`.
 *
 * Connection: the message. Which fields make an event's id is known from third parties in part.
 */
export const postmark: Preset = {
  name: "postmark",
  title: "Postmark",
  source: "https://postmarkapp.com/developer/webhooks/webhooks-overview (read 2026-11-22)",
  needs: needs({ secrets: "required", verify: "optional" }),
  guide: {
    verifies:
      "HTTP Basic: Postmark does not sign anything. `verify` may ask for a header of your own (`bearer`, `api-key`) instead.",
    secretHelp:
      "A password of your own choice, also written into the URL that you give to Postmark: `https://postmark:<password>@hooks.example.com/in/postmark`.",
    connection: "The message (`MessageID`).",
    identity:
      "`RecordType` with `ID`, or with `MessageID`, recipient and time; of inbound mails `MessageID`.",
    retryWindow:
      "Inbound mails ten times within about ten and a half hours; other types fewer times. A 403 would stop it, which is never answered.",
    recovery: "can be listed: messages and bounces can be searched through the API",
    provenBy: "own signer only",
  },
  fetchesKeys: true,
  bodyBytesMax: 32 * 2 ** 20,
  open: (source, { keys }) => ({
    verify: openPostmark(source, keys).verify,
    split: openSplit(source.event, (payload) => ({
      id: idOf(payload),
      type: fieldOf(payload, "RecordType") ?? "Inbound",
      connection: fieldOf(payload, "MessageID"),
      occurredAt: timeOf(payload),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  sampleTypes: ["Delivery", "Bounce", "Open", "SpamComplaint", "SubscriptionChange", "Inbound"],
  sample(type, at, id, source, url) {
    if (!/^[A-Z][A-Za-z]+$/.test(type))
      return err(`${type} is no type of Postmark's; try Delivery`);
    const time = new Date(at).toISOString();
    const common = { MessageID: id, MessageStream: "outbound", Metadata: {} };
    const payload =
      type === "Inbound"
        ? {
            ...common,
            MessageStream: "inbound",
            From: "ada@example.com",
            Subject: "Hello",
            Date: time,
          }
        : {
            ...common,
            RecordType: type,
            ServerID: 23,
            Recipient: "ada@example.com",
            [TIMES.find((name) => name.startsWith(type.slice(0, 5))) ?? "ReceivedAt"]: time,
          };
    return signed(openPostmark(source, NO_KEYS), { type, at, id, url }, jsonSample(payload));
  },
};

const TIMES = ["DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"] as const;

const timeOf = (payload: unknown): string | null =>
  TIMES.map((name) => textAt(payload, name)).find((time) => time !== null) ?? null;

/** A message may be opened, and its links clicked, many times. */
function idOf(payload: unknown): string | null {
  const type = textAt(payload, "RecordType");
  const message = textAt(payload, "MessageID");
  if (type === null) return message;
  const own = textAt(payload, "ID");
  if (own !== null) return `${type}/${own}`;
  const link = textAt(payload, "OriginalLink") ?? "";
  const recipient = textAt(payload, "Recipient") ?? textAt(payload, "Email") ?? "";
  return joined(type, message, recipient, timeOf(payload) ?? "", link);
}
