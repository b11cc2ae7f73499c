import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { openStandardWebhooks } from "./schemes/standard-webhooks.ts";

/** The reference library's: five minutes, both ways. The specification names no number. */
const TOLERANCE_S = 300;

const open = (source: SourceSettings) =>
  openStandardWebhooks(
    source.verify?.scheme === "standard-webhooks"
      ? source.verify
      : { scheme: "standard-webhooks", secrets: source.secrets, toleranceS: TOLERANCE_S },
    source.secrets,
  );

/**
 * Any sender that follows Standard Webhooks. The id is the `webhook-id` header, which is the same on
 * every retry; type and time are the payload's `type` and `timestamp`. (The time in the header is that
 * of the attempt.) The specification names nothing that an event is about: `event.connection` may.
 */
export const standardWebhooks: Preset = {
  name: "standard-webhooks",
  title: "Standard Webhooks",
  source:
    "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (1.0.0, read 2026-08-17)",
  needs: {
    secrets: "required",
    publicKey: "unused",
    verifyToken: "unused",
    credentials: "unused",
    apiKey: "unused",
    verify: "optional",
    event: "optional",
  },
  guide: {
    verifies:
      "`webhook-signature`: HMAC-SHA256 (v1) or Ed25519 (v1a) over `<id>.<timestamp>.<body>`; at most five minutes old or ahead.",
    secretHelp:
      "The endpoint's signing secret (`whsec_…`), or its public key (`whpk_…`) where the sender signs with Ed25519: both go into `secrets`.",
    connection:
      "None: the specification names nothing that an event is about. Give `event.connection`.",
    identity: "The header `webhook-id`, which every retry repeats.",
    retryWindow: "The sender's choice; the specification recommends several days.",
    recovery: "cannot be listed: the specification has no way to ask",
    provenBy: "vendor's signer standardwebhooks",
  },
  bodyBytesMax: null,
  open: (source) => ({
    verify: open(source).verify,
    split: openSplit(source.event, (payload, inbound) => ({
      deliveryId: inbound.header("webhook-id"),
      type: fieldOf(payload, "type"),
      occurredAt: fieldOf(payload, "timestamp"),
    })),
    methods: [],
    acceptedStatus: 202,
  }),
  sampleTypes: ["contact.created", "invoice.paid", "user.updated"],
  sample(type, at, id, source, url) {
    const kind = type.split(".")[0] ?? type;
    const payload = {
      type,
      timestamp: new Date(at).toISOString(),
      data: { id: `${kind}_sample`, object: kind, name: "Ada Lovelace", email: "ada@example.com" },
    };
    return signed(open(source), { type, at, id, url }, jsonSample(payload));
  },
};
