import { err } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { GITHUB_TYPES, githubPayload } from "./github-samples.ts";
import { openSplit } from "./naming.ts";
import { fieldOf } from "./payload.ts";
import type { Inbound, Preset } from "./provider.ts";
import { githubRecovery } from "./recovery/github.ts";
import { jsonSample, signed } from "./sample.ts";
import { openHmac } from "./schemes/hmac.ts";

const open = (source: SourceSettings) =>
  openHmac(
    {
      scheme: "hmac",
      algorithm: "sha256",
      encoding: "hex",
      header: "x-hub-signature-256",
      prefix: "sha256=",
      signed: "{body}",
      timestamp: null,
      secrets: source.secrets,
      secretEncoding: "utf8",
    },
    source.secrets,
  );

/**
 * GitHub: webhooks of repositories, organisations and apps, as JSON or as a form (`payload=…`); `ping`
 * is an event like any other. Nothing signed tells the time, so that the delivery's GUID, which a
 * redelivery repeats, is what keeps a stolen request from counting twice.
 *
 * Connection, unless `event.connection` says otherwise: the repository's id (a name changes when it is
 * renamed, and its order and state must not), else `organization:<id>`, `installation:<id>`, `hook:<id>`.
 * Type: the event and its action, e.g. `pull_request.opened`.
 */
export const github: Preset = {
  name: "github",
  title: "GitHub",
  source: "https://docs.github.com/en/webhooks (events and payloads, validating deliveries)",
  needs: {
    secrets: "required",
    publicKey: "unused",
    verifyToken: "unused",
    credentials: "unused",
    apiKey: "optional",
    verify: "unused",
    event: "optional",
  },
  guide: {
    verifies: "`X-Hub-Signature-256`: HMAC-SHA256 over the body. No time is signed.",
    secretHelp:
      "The secret that you choose under Settings, Webhooks of the repository, organisation or app. Content type: `application/json` (a form is understood as well).",
    connection:
      "The repository's id, else `organization:<id>`, `installation:<id>` or `hook:<id>`.",
    identity: "The header `X-GitHub-Delivery`, which a redelivery repeats.",
    retryWindow: "None: GitHub tries once. It waits ten seconds for the answer.",
    recovery:
      "can be listed: the failed deliveries of a repository's or organisation's hook, back to three days; with `apiKey` (a token that reads webhooks) and `baseUrl` (the hook: `https://api.github.com/repos/<owner>/<repository>/hooks/<id>`). Nothing is redelivered.",
    provenBy: "vendor's signer @octokit/webhooks",
  },
  /** GitHub never sends more than 25 MB. */
  bodyBytesMax: 25 * 2 ** 20,
  open: (source) => ({
    verify: open(source).verify,
    split: openSplit(source.event, (payload, inbound) => ({
      deliveryId: inbound.header("x-github-delivery"),
      type: typeOf(payload, inbound),
      connection: connectionOf(payload, inbound),
    })),
    methods: [],
    acceptedStatus: 202,
  }),
  recovery: githubRecovery,
  sampleTypes: GITHUB_TYPES,
  sample(type, at, id, source, url) {
    const payload = githubPayload(type, at);
    if (payload === null) return err(`${type} is no type of GitHub's; try ${GITHUB_TYPES[0]}`);
    const unsigned = jsonSample(payload, {
      "user-agent": "GitHub-Hookshot/sample",
      "x-github-delivery": id,
      "x-github-event": type.split(".")[0] ?? type,
      "x-github-hook-id": "1",
    });
    return signed(open(source), { type, at, id, url }, unsigned);
  },
};

function typeOf(payload: unknown, inbound: Inbound): string | null {
  const event = inbound.header("x-github-event");
  const action = fieldOf(payload, "action");
  return event !== null && typeof action === "string" && action !== ""
    ? `${event}.${action}`
    : event;
}

function connectionOf(payload: unknown, inbound: Inbound): unknown {
  const repository = fieldOf(fieldOf(payload, "repository"), "id");
  if (repository !== undefined) return repository;
  for (const owner of ["organization", "installation"]) {
    const id = fieldOf(fieldOf(payload, owner), "id");
    if (typeof id === "number" || typeof id === "string") return `${owner}:${id}`;
  }
  const hook = inbound.header("x-github-hook-id");
  return hook === null ? null : `hook:${hook}`;
}
