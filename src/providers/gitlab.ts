import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openSplit } from "./naming.ts";
import { needs } from "./needs.ts";
import { fieldOf, textAt } from "./payload.ts";
import type { Inbound, Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import type { Scheme } from "./schemes/scheme.ts";
import { openStandardWebhooks } from "./schemes/standard-webhooks.ts";
import { openBearer } from "./schemes/tokens.ts";

const TOLERANCE_S = 300;

/**
 * GitLab: project, group and system hooks. The secret token comes as it is in a header, and so proves
 * nothing of the body; the newer signing token (`whsec_…`) signs as Standard Webhooks do. A hook may
 * have both: whichever of them is among the source's secrets is enough.
 *
 * Connection: the project's id (its path changes when it is renamed), else `group:<id>`.
 * Type: the payload's kind and action, e.g. `merge_request.open`.
 */
export const gitlab: Preset = {
  name: "gitlab",
  title: "GitLab",
  source:
    "https://docs.gitlab.com/user/project/integrations/webhooks/ and gitlab-org/gitlab!230944 (signing token; read 2026-11-22)",
  needs: needs({ secrets: "required" }),
  guide: {
    verifies:
      "`X-Gitlab-Token`, which is the secret token itself: it proves who sends, not what. With a signing token: `webhook-signature`, HMAC-SHA256 over `<id>.<timestamp>.<body>`, at most five minutes old or ahead. The signing token is new; prefer it where your GitLab offers it.",
    secretHelp:
      "The secret token that you choose, or the signing token (`whsec_…`), under Settings, Webhooks of the project or group.",
    connection: "The project's id, else `group:<id>`.",
    identity:
      "The header `Idempotency-Key`, which a retry repeats; of old versions `X-Gitlab-Event-UUID`.",
    retryWindow:
      "None by itself: a hook that fails four times in a row is rested, at first for a minute, and is stopped after forty failures (configurable by the administrator). It waits ten seconds for the answer.",
    recovery: "can be listed: the hook's events of the last days, each of which can be resent",
    provenBy: "vendor's signer standardwebhooks (of the signing token)",
  },
  bodyBytesMax: 25 * 2 ** 20,
  open: (source) => ({
    verify: openGitlab(source).verify,
    split: openSplit(source.event, (payload, inbound) => ({
      deliveryId: deliveryOf(inbound),
      type: typeOf(payload, inbound),
      connection: connectionOf(payload),
    })),
    methods: [],
    acceptedStatus: 200,
  }),
  sampleTypes: [
    "push",
    "tag_push",
    "issue.open",
    "merge_request.open",
    "merge_request.merge",
    "pipeline",
  ],
  sample(type, at, id, source, url) {
    const [kind, action] = type.split(".");
    if (!/^[a-z_]+(\.[a-z_]+)?$/.test(type)) return err(`${type} is no type of GitLab's; try push`);
    const payload = {
      object_kind: kind,
      project: { id: 278964, name: "Hello World", path_with_namespace: "ada/hello-world" },
      user: { id: 1, name: "Ada Lovelace", username: "ada" },
      ...(kind === "push" || kind === "tag_push"
        ? { ref: "refs/heads/main", checkout_sha: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7" }
        : { object_attributes: { id: 99, iid: 1, title: "A change", action } }),
    };
    const unsigned = jsonSample(payload, {
      "x-gitlab-event": "Sample Hook",
      "idempotency-key": id,
    });
    return signed(openGitlab(source), { type, at, id, url }, unsigned);
  },
};

function openGitlab(source: SourceSettings): Scheme {
  const token = openBearer(
    { scheme: "bearer", header: "x-gitlab-token", prefix: "", secrets: source.secrets },
    source.secrets,
  );
  const signing = source.secrets.filter((secret) => secret.startsWith("whsec_"));
  const signature = openStandardWebhooks(
    { scheme: "standard-webhooks", secrets: signing, toleranceS: TOLERANCE_S },
    [],
  );
  return {
    verify(inbound) {
      const plain = token.verify(inbound);
      if (plain.ok || inbound.header("webhook-signature") === null) return plain;
      return signature.verify(inbound);
    },
    sign: token.sign,
  };
}

const deliveryOf = (inbound: Inbound): string | null =>
  inbound.header("idempotency-key") ??
  inbound.header("webhook-id") ??
  inbound.header("x-gitlab-event-uuid");

function typeOf(payload: unknown, inbound: Inbound): string | null {
  const kind = textAt(payload, "object_kind") ?? textAt(payload, "event_name");
  const action = textAt(payload, "object_attributes", "action");
  if (kind === null) return inbound.header("x-gitlab-event");
  return action === null ? kind : `${kind}.${action}`;
}

function connectionOf(payload: unknown): string | null {
  const project = textAt(fieldOf(payload, "project"), "id") ?? textAt(payload, "project_id");
  const group = textAt(payload, "group", "id") ?? textAt(payload, "group_id");
  return project ?? (group === null ? null : `group:${group}`);
}
