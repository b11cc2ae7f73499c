import { ok } from "../base/result.ts";
import type { SourceSettings } from "../config/settings.ts";
import { batchAt } from "./batches.ts";
import { readAs } from "./inbound.ts";
import { type Named, openSplit, type Split } from "./naming.ts";
import { needs } from "./needs.ts";
import { textAt } from "./payload.ts";
import type { HandshakeReply, Inbound, Preset } from "./provider.ts";
import { jsonSample, signed } from "./sample.ts";
import { HashedToken } from "./schemes/compare.ts";
import { NO_KEYS, openScheme, type SchemeContext } from "./schemes/open.ts";
import { failed, type LateScheme, type Scheme } from "./schemes/scheme.ts";
import { openBearer } from "./schemes/tokens.ts";

type Keys = SchemeContext["keys"];

/**
 * CloudEvents over HTTP, in its three modes: binary (`ce-…` headers name the event, the body is its
 * data), structured and batch. The specification knows no signature: a bearer token in the header or in
 * the query is what a sender has.
 *
 * A sender that asks for permission first (OPTIONS) gets it if its origin is among those of
 * `verifyToken` (comma-separated, `*` for any); without one, none does: consent must be written out.
 *
 * An event is known by source and id. Connection: `partitionkey`, else the subject within its source.
 */
export const cloudevents: Preset = {
  name: "cloudevents",
  title: "CloudEvents",
  source:
    "https://github.com/cloudevents/spec (1.0.2: HTTP binding, http-webhook) and cloudevents 10.0.0 (read 2025-12-30)",
  needs: needs({ secrets: "required", verifyToken: "optional", verify: "optional" }),
  guide: {
    verifies:
      "A bearer token in `Authorization`, or in the query as `access_token`. Nothing of the event is signed. `verify` may ask for another scheme.",
    secretHelp:
      "`secrets`: a token of your own choice, which the sender sends. `verifyToken`: the origins that may send, e.g. `eventgrid.azure.net`, where the sender asks for permission (OPTIONS) first.",
    connection: "The extension `partitionkey`, else `<source> <subject>`, else the source.",
    identity: "`source` and `id` together.",
    retryWindow: "The sender's choice.",
    recovery: "cannot be listed: the specification has no way to ask",
    provenBy: "vendor's signer cloudevents",
  },
  fetchesKeys: true,
  bodyBytesMax: null,
  open: (source, { keys }) => ({
    verify: openTokens(source, keys).verify,
    handshake: (inbound) => (inbound.method === "OPTIONS" ? permission(inbound, source) : null),
    split: splitOf(source),
    methods: [],
    acceptedStatus: 202,
  }),
  sampleTypes: ["com.example.object.created", "com.example.object.deleted"],
  sample(type, at, id, source, url) {
    const payload = {
      specversion: "1.0",
      id,
      type,
      source: "https://example.com/samples",
      subject: "object/1",
      time: new Date(at).toISOString(),
      datacontenttype: "application/json",
      data: { id: 1, name: "A sample" },
    };
    const unsigned = jsonSample(payload, { "content-type": "application/cloudevents+json" });
    return signed(openTokens(source, NO_KEYS), { type, at, id, url }, unsigned);
  },
};

function openTokens(source: SourceSettings, keys: Keys): LateScheme {
  if (source.verify !== null)
    return openScheme(source.verify, { secrets: source.secrets, keys, scope: source.name });
  const inHeader = openBearer(
    { scheme: "bearer", header: "authorization", prefix: "Bearer ", secrets: source.secrets },
    source.secrets,
  );
  const inQuery = openQueryToken(source.secrets);
  return {
    verify: (inbound) =>
      inbound.header("authorization") === null && inbound.url.includes("access_token=")
        ? inQuery.verify(inbound)
        : inHeader.verify(inbound),
    sign: inHeader.sign,
  };
}

function openQueryToken(secrets: readonly string[]): Pick<Scheme, "verify"> {
  const known = secrets.filter((secret) => secret !== "").map((secret) => new HashedToken(secret));
  return {
    verify({ url }) {
      const given = new URLSearchParams(url.slice(url.indexOf("?") + 1)).get("access_token") ?? "";
      let found: HashedToken | null = null;
      for (const token of known) if (token.matches(given)) found ??= token;
      if (found === null) return failed("signature_mismatch", "The access_token is not known.");
      return ok({ scheme: "bearer", fingerprint: found.fingerprint });
    },
  };
}

const STRUCTURED: ReadonlySet<string> = new Set([
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
]);

/** In binary mode the data may be of any type, or absent: then the headers alone name the event. */
function splitOf(source: SourceSettings): Split {
  const split = openSplit(source.event, nameEvent, batchAt());
  return (inbound) => {
    const opaque = isBinary(inbound) && (inbound.body.length === 0 || isUnknown(inbound));
    return split(opaque ? readAs(inbound, { parsed: () => ok(null) }) : inbound);
  };
}

const isBinary = (inbound: Inbound): boolean =>
  !STRUCTURED.has(inbound.mediaType) && inbound.header("ce-id") !== null;

function isUnknown(inbound: Inbound): boolean {
  const parsed = inbound.parsed();
  return !parsed.ok && parsed.error.code === "unsupported_media_type";
}

/** Binary mode where the headers say so: a structured event names itself. */
function nameEvent(payload: unknown, inbound: Inbound, parents: readonly unknown[]): Named {
  const binary = parents.length === 0 && isBinary(inbound);
  const attribute = (name: string): string | null =>
    binary ? decoded(inbound.header(`ce-${name}`)) : textAt(payload, name);
  const source = attribute("source");
  return {
    id: joinedBySpace(source, attribute("id")),
    type: attribute("type"),
    connection: attribute("partitionkey") ?? joinedBySpace(source, attribute("subject")) ?? source,
    occurredAt: attribute("time"),
    sequence: attribute("sequence"),
  };
}

/** A source is a URI reference, which holds no space: so two pairs never become one. */
const joinedBySpace = (source: string | null, other: string | null): string | null =>
  source === null || other === null ? null : `${source} ${other}`;

/** HTTP binding, section 3.1.3.2: percent-encoded UTF-8, possibly in quotes. What is no such thing stays as it is. */
function decoded(value: string | null): string | null {
  if (value === null || value === "") return null;
  const unquoted = /^"(?:[^"\\]|\\.)*"$/.test(value)
    ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1")
    : value;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    // A percent sign that is none: the sender did not encode.
    return unquoted;
  }
}

/**
 * http-webhook, section 4: consent is in the headers, never in the status. An origin that is not known
 * gets an answer without consent.
 */
function permission(inbound: Inbound, source: SourceSettings): HandshakeReply | null {
  const origin = inbound.header("webhook-request-origin");
  if (origin === null) return null;
  const allowed = (source.verifyToken ?? "").split(",").map((each) => each.trim().toLowerCase());
  const granted = allowed.includes("*") || allowed.includes(origin.toLowerCase());
  const headers: Record<string, string> = { allow: "POST, OPTIONS" };
  if (granted && ORIGIN.test(origin)) {
    headers["webhook-allowed-origin"] = origin;
    headers["webhook-allowed-rate"] = rateOf(source);
  }
  return { status: 200, headers, body: "" };
}

/** What may stand in a header again. */
const ORIGIN = /^[\w.:/-]{1,253}$/;

/** Requests a minute. */
const rateOf = ({ rateLimit }: SourceSettings): string =>
  rateLimit === null ? "*" : String(Math.max(1, Math.floor(rateLimit.perSecond * 60)));
