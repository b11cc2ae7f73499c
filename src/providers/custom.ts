import { invariant, type Result } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import type { KeyService } from "./key-service.ts";
import { openSplit } from "./naming.ts";
import type { Preset, Sample } from "./provider.ts";
import { jsonSample, type SampleRequest, signed } from "./sample.ts";
import { NO_KEYS, openScheme } from "./schemes/open.ts";
import type { LateScheme } from "./schemes/scheme.ts";

/**
 * Any sender, described by the configuration alone: `verify` says how it proves itself, `event` where
 * the names are in its payload. Without `event` a request is one event of type `event`, unique by its bytes.
 */
export const custom: Preset = {
  name: "custom",
  title: "Custom",
  source: "the source's own configuration",
  needs: {
    secrets: "optional",
    publicKey: "unused",
    verifyToken: "unused",
    credentials: "optional",
    apiKey: "optional",
    verify: "required",
    event: "optional",
  },
  guide: {
    verifies: "What `verify` says: any of the generic schemes, combined at will.",
    secretHelp: "Whatever the sender signs with, in `secrets`.",
    connection: "None, unless `event.connection` points to it.",
    identity: "What `event.id` points to, else the SHA-256 of the body.",
    retryWindow: "The sender's choice.",
    recovery: "cannot be listed, unless the source's own `reconcile` lists it",
    provenBy: "vendor's signer standardwebhooks",
  },
  bodyBytesMax: null,
  fetchesKeys: true,
  open: (source, { keys }) => ({
    verify: schemeOf(source, keys).verify,
    split: openSplit(source.event, () => ({})),
    methods: [],
    acceptedStatus: 202,
  }),
  sampleTypes: ["event"],
  sample: (type, at, id, source, url) => sampleOf(source, { type, at, id, url }),
};

function schemeOf(source: SourceSettings, keys: Pick<KeyService, "key">): LateScheme {
  invariant(source.verify !== null, `the custom source ${source.name} says how to verify`);
  return openScheme(source.verify, { secrets: source.secrets, keys, scope: source.name });
}

/** A payload in which each of the source's pointers leads somewhere. */
function sampleOf(source: SourceSettings, request: SampleRequest): Result<Sample, string> {
  const { event } = source;
  const item: Tree = {};
  plant(item, event?.id ?? "/id", request.id);
  plant(item, event?.type ?? "/type", request.type);
  plant(item, event?.connection ?? "/account", "sample");
  plant(item, event?.occurredAt ?? "/created_at", new Date(request.at).toISOString());
  if (event?.sequence != null) plant(item, event.sequence, Math.floor(request.at / 1000));
  const batch: Tree = {};
  if (event?.items) plant(batch, event.items, [item]);
  const payload = event?.items == null ? item : event.items === "" ? [item] : batch;
  return signed(schemeOf(source, NO_KEYS), request, jsonSample(payload));
}

interface Tree {
  [name: string]: unknown;
}

/** Puts a value where the pointer leads, making the objects on the way. */
function plant(tree: Tree, pointer: string, value: unknown): void {
  const tokens = pointer.split("/").slice(1);
  const last = tokens.pop();
  if (last === undefined) return;
  let here = tree;
  for (const token of tokens) {
    const next = here[token];
    if (typeof next === "object" && next !== null) here = next as Tree;
    else {
      const made: Tree = {};
      here[token] = made;
      here = made;
    }
  }
  here[last] = value;
}
