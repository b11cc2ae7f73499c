import { type Static, Type } from "@sinclair/typebox";
import type { SourceSettings, VerifySettings } from "../../config/settings.ts";
import type { SourceRow } from "../../journal/rows.ts";
import { PUBLISHED_SOURCE } from "../../journal/sending.ts";
import { iso, json, pageOfAll } from "../answers.ts";
import type { AdminDeps } from "../deps.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { listOf, Nullable, noQuery, shortListQuery, Time } from "../schemas.ts";
import { sumOf } from "../stats/history.ts";
import { ReconcileView } from "../sweeps/schemas.ts";
import { reconcileView } from "../sweeps/view.ts";

const counts = {
  received: Type.Integer({ description: "events, without duplicates" }),
  duplicates: Type.Integer(),
  pending: Type.Integer(),
  completed: Type.Integer(),
  skipped: Type.Integer(),
  failed: Type.Integer(),
};

const SourceView = Type.Object(
  {
    id: Type.String({ description: "its name" }),
    provider: Nullable(Type.String()),
    configured: Type.Boolean({ description: "false: removed, its events are kept" }),
    path: Type.String({ description: "where it receives" }),
    url: Nullable(Type.String({ description: "as the provider is told, where publicUrl is set" })),
    handler: Type.Boolean(),
    order: Nullable(Type.String()),
    recognised: Nullable({
      ...Type.Object({
        provider: Type.String(),
        title: Type.String({ description: "as the provider writes itself" }),
        config: Type.String({ description: "a configuration of this source, to be copied" }),
      }),
      description: "in development, of a name that nobody configured: whose requests it looks like",
    }),
    ...counts,
    lastEventAt: Nullable(Time),
    secrets: Type.Array(
      Type.Object({
        fingerprint: Type.String({ description: "first 8 hex digits of its SHA-256" }),
        lastUsedAt: Nullable(Time),
        configured: Type.Boolean(),
      }),
    ),
    reconcile: Nullable({
      ...ReconcileView,
      description: "asking the provider for what was missed; null: nothing is known of it",
    }),
  },
  { $id: "Source" },
);
export type SourceView = Static<typeof SourceView>;

const StatsView = Type.Object({ sources: Type.Integer(), ...counts }, { $id: "Stats" });
export type StatsView = Static<typeof StatsView>;

export function sourceEndpoints(deps: AdminDeps): readonly Endpoint[] {
  return [list(deps), stats(deps)];
}

const list = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/sources",
    scope: "read",
    summary: "List sources with their counts and their secrets' last use",
    query: shortListQuery,
    body: null,
    answers: { 200: { description: "All sources", schema: listOf(SourceView) } },
    problems: ["bad_cursor", "behind", "slow"],
    handle: async ({ query }) => {
      const { sources, publicUrl } = deps.settings();
      const rows = new Map((await deps.reads.sources()).map((row) => [row.source, row]));
      // Nobody sends to what is published: it is no source to be set up.
      rows.delete(PUBLISHED_SOURCE);
      const names = [...new Set([...Object.keys(sources), ...rows.keys()])].sort();
      const view = async (name: string): Promise<SourceView> => {
        const settings = (Object.hasOwn(sources, name) ? sources[name] : undefined) ?? null;
        const reconcile = await reconcileOf(deps, name, settings);
        const recognised = settings === null ? (deps.recognised?.(name) ?? null) : null;
        const known = { publicUrl, reconcile, recognised };
        return sourceView(name, settings, rows.get(name) ?? null, known);
      };
      return pageOfAll(await Promise.all(names.map(view)), query);
    },
  });

const stats = (deps: AdminDeps): Endpoint =>
  endpoint({
    method: "GET",
    path: "/v1/stats",
    scope: "read",
    summary: "Count events over all sources",
    query: noQuery,
    body: null,
    answers: { 200: { description: "Sums since the beginning", schema: StatsView } },
    problems: ["behind", "slow"],
    handle: async () => {
      const rows = await deps.reads.sources();
      return json({ sources: rows.length, ...sumOf(rows) } satisfies StatsView);
    },
  });

const NOTHING_YET: Omit<SourceRow, "source"> = {
  received: 0,
  duplicates: 0,
  pending: 0,
  completed: 0,
  skipped: 0,
  failed: 0,
  lastEventAt: null,
  secrets: [],
};

function sourceView(
  name: string,
  settings: SourceSettings | null,
  row: SourceRow | null,
  known: Pick<SourceView, "reconcile" | "recognised"> & { readonly publicUrl: string | null },
): SourceView {
  const { received, duplicates, pending, completed, skipped, failed, lastEventAt, secrets } =
    row ?? NOTHING_YET;
  const { publicUrl, reconcile, recognised } = known;
  const path = `/in/${name}`;
  return {
    id: name,
    provider: settings?.provider ?? null,
    configured: settings !== null,
    path,
    url: publicUrl === null ? null : `${publicUrl}${path}`,
    handler: settings?.handler ?? false,
    order: settings?.order ?? null,
    recognised,
    received,
    duplicates,
    pending,
    completed,
    skipped,
    failed,
    lastEventAt: iso(lastEventAt),
    secrets: secretViews(settings, secrets),
    reconcile,
  };
}

async function reconcileOf(
  { recovering }: AdminDeps,
  name: string,
  settings: SourceSettings | null,
): Promise<ReconcileView | null> {
  const now = recovering?.reconciling.states().find(({ source }) => source === name);
  if (recovering === undefined || now === undefined) return null;
  return reconcileView(now, await recovering.reads.reconcileState(name), settings);
}

/** Every secret that is configured or was ever used, so that one sees which can be retired. */
function secretViews(
  settings: SourceSettings | null,
  used: SourceRow["secrets"],
): SourceView["secrets"] {
  const configured = new Set(settings === null ? [] : secretsOf(settings).map(fingerprint));
  const lastUse = new Map(used.map((secret) => [secret.fingerprint, secret.lastUsedAt]));
  return [...new Set([...configured, ...lastUse.keys()])].map((own) => ({
    fingerprint: own,
    lastUsedAt: iso(lastUse.get(own) ?? null),
    configured: configured.has(own),
  }));
}

function secretsOf(settings: SourceSettings): readonly string[] {
  const own = settings.verify === null ? [] : verifySecrets(settings.verify);
  if (own.length > 0) return own;
  return settings.publicKey ? [settings.publicKey] : settings.secrets;
}

function verifySecrets(verify: VerifySettings): readonly string[] {
  switch (verify.scheme) {
    case "all":
    case "any":
      return verify.of.flatMap(verifySecrets);
    case "basic":
      return verify.passwords;
    case "ed25519":
    case "ecdsa":
      return verify.publicKeys;
    case "jwt":
    case "oauth2":
    case "ip-allow-list":
    case "none":
      return [];
    default:
      return verify.secrets;
  }
}

const fingerprint = (secret: string): string =>
  new Bun.CryptoHasher("sha256").update(secret).digest("hex").slice(0, 8);
