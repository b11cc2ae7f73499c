import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { batchAt } from "./batches.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { textAt } from "./payload.ts";
import type { Preset } from "./provider.ts";
import { svixRecovery } from "./recovery/svix.ts";
import { jsonSample, signed } from "./sample.ts";
import type { Scheme } from "./schemes/scheme.ts";
import { openStandardWebhooks } from "./schemes/standard-webhooks.ts";

const TOLERANCE_S = 300;

/**
 * Svix: what a company sends through it. White-labelled senders name the headers `webhook-…` instead of
 * `svix-…`; either is taken. A FIFO endpoint delivers batches: an array is one event an item.
 *
 * The payload is the sender's own, so that nothing is known of what an event is about.
 */
export const svix: Preset = {
  name: "svix",
  title: "Svix",
  source: "https://docs.svix.com/receiving/verifying-payloads/how-manual (read 2026-09-12)",
  needs: needs({ secrets: "required", apiKey: "optional" }),
  guide: {
    verifies:
      "`svix-signature`: HMAC-SHA256 over `<id>.<timestamp>.<body>`; at most five minutes old or ahead. Any of several signatures may match.",
    secretHelp:
      "The endpoint's signing secret (`whsec_…`), shown on its page in the sender's portal.",
    connection: "None: the payload is the sender's own. Give `event.connection`.",
    identity: "The header `svix-id`, which every retry repeats; in a batch with the item's place.",
    retryWindow:
      "Eight tries within 28 hours: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h. It waits 15 seconds for the answer, and disables an endpoint after five days of failure.",
    recovery:
      "can be listed: everything that the sender's portal gives to a polling endpoint with the same types; with `baseUrl` (its URL) and `apiKey` (its key). How long messages are kept is the sender's to say. Not together with a FIFO endpoint that sends batches.",
    provenBy: "vendor's signer svix",
  },
  bodyBytesMax: null,
  open: (source) => ({
    verify: openSvix(source).verify,
    split: openSplit(
      source.event,
      (payload, inbound) => ({
        deliveryId: inbound.header("svix-id") ?? inbound.header("webhook-id"),
        type:
          textAt(payload, "type") ?? textAt(payload, "event_type") ?? textAt(payload, "eventType"),
        occurredAt: textAt(payload, "timestamp"),
      }),
      batchAt(),
    ),
    methods: [],
    acceptedStatus: 202,
  }),
  recovery: svixRecovery,
  sampleTypes: ["invoice.paid", "user.created", "ping"],
  sample(type, at, id, source, url) {
    if (type === "") return err("The type is empty; try invoice.paid");
    const payload = {
      type,
      timestamp: new Date(at).toISOString(),
      data: { id: "sample_1", success: true },
    };
    return signed(openSvix(source), { type, at, id, url }, jsonSample(payload));
  },
};

function openSvix(source: SourceSettings): Scheme {
  const of = (header: string): Scheme =>
    openStandardWebhooks(
      { scheme: "standard-webhooks", secrets: source.secrets, toleranceS: TOLERANCE_S },
      source.secrets,
      header,
    );
  const [own, labelled] = [of("svix"), of("webhook")];
  return {
    verify: (inbound) =>
      inbound.header("webhook-signature") === null ? own.verify(inbound) : labelled.verify(inbound),
    sign: own.sign,
  };
}
