import { type AnyElysia, Elysia } from "elysia";
import type { KeyRing } from "./admin/auth/key-ring.ts";
import { children } from "./app/children.ts";
import { auditExceptions } from "./app/exceptions.ts";
import { guessOf } from "./app/guess.ts";
import { mailboxes } from "./app/mailboxes.ts";
import { operators } from "./app/operators.ts";
import type { Common, Now } from "./app/parts.ts";
import { receiving } from "./app/receiving.ts";
import { recovering } from "./app/recovering.ts";
import { sending } from "./app/sending.ts";
import { guardedFetch } from "./base/http/guarded-fetch.ts";
import { openHttpClient } from "./base/http/open.ts";
import type { Address, Settings } from "./config/settings.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import { isShared, Listeners, type Listening } from "./ingress/listeners.ts";
import type { Onward } from "./ingress/onward.ts";
import { PUBLIC_APP } from "./ingress/routes.ts";
import { SourceTable } from "./ingress/sources.ts";
import { openJournal } from "./journal/client.ts";
import { JournalMeter } from "./journal/meter.ts";
import { checkUnclean } from "./journal/unclean.ts";
import { providerDeps } from "./providers/deps.ts";
import { Supervisor } from "./supervise/supervisor.ts";

export interface AppDeps extends Common {
  /** `LONGSTOP_ADMIN_KEY`; `null` when it is not set. */
  readonly fixedKey: string | null;
  /** `LONGSTOP_SECRET_KEY`: seals secrets that are registered at run time; `null` when it is not set. */
  readonly secretKey: string | null;
  /** The first key's secret: to be shown once. */
  announceKey(secret: string): void;
  /** The journal is in doubt: requests are refused from now on, and the process must end non-zero. */
  onFailure(detail: string): void;
}

export interface App {
  readonly listening: { readonly public: Address; readonly admin: Address };
  /** Takes a new configuration without dropping a request; rejects and keeps the old one when no host can start with it. */
  reload(settings: Settings): Promise<void>;
  /** Stops accepting, finishes or gives back what runs, flushes, closes: within `LIMITS.SHUTDOWN_MS_MAX`. */
  stop(): Promise<void>;
}

const TREE = { name: "longstop", intensity: 5, periodMs: 60_000, stopMs: 7_000 };

/** The composition root: builds each part once and starts them in order. No logic. */
export async function startApp(initial: Settings, deps: AppDeps): Promise<App> {
  const { clock, random, log } = deps;
  const common: Common = { clock, random, log };
  const now: Now = { settings: initial, draining: false };
  const failed = (detail: string): void => {
    now.draining = true;
    deps.onFailure(detail);
  };
  const { dataDir, dedupeMs } = initial;
  const meter = new JournalMeter(clock);
  const store = await openJournal(dataDir, { dedupeMs }, { ...common, meter, onFailure: failed });
  const http = openHttpClient(clock, () => now.settings.network.allowPrivate);
  const providers = providerDeps({ fetch: guardedFetch(http), clock });
  const outbound = sending(store, http, deps.secretKey, now, common);
  const { fanOut, confirmations } = outbound;
  const { pool, roster, replays, operations } = mailboxes(store, fanOut, now, common);
  const sources = new SourceTable(initial, { clock, providers, log });
  const post: Onward["post"] = (posted) => roster.post(posted);
  const reach = { http, sessions: providers.sessions, team: pool };
  const reconciler = recovering(store, reach, sources, { post, fanOut }, now, common);
  const hinted: Onward["hinted"] = (source, key) => reconciler.hinted(source, key);
  const ways: Onward = { post, fanOut, hinted };
  const open = receiving(store, sources, ways, confirmations, now, common);
  const parts = { operations, releases: open.quarantine.releases, pool, outbound, reconciler };
  const recognised = (name: string) => guessOf(sources.recognised(name), name);
  const operated = { ...parts, recognised, roster, counted: [open.requests, ...meter.families()] };
  const admin = operators(store, { ...operated, fixedKey: deps.fixedKey }, now, common);
  const operating = new Elysia().use(dashboardRoutes()).use(admin.routes);
  const listeners = new Listeners(clock, applications(initial.listen, open.routes, operating));
  const { uses, quarantine } = open;
  const { keys, history, trail } = admin;
  const exceptions = (before: readonly string[], { network }: Settings) =>
    auditExceptions(trail, before, network.allowPrivate);
  const openKeys = () => firstKey(keys, initial, deps);
  const mailing = { pool, roster, replays };
  const others = { store, http, outbound, uses, quarantine, reconciler, history, listeners };
  const tree = new Supervisor({ clock, log }, TREE, children({ ...mailing, ...others, openKeys }));
  await tree.start((reason) => failed(String(reason)));
  checkUnclean(store, log);
  await exceptions([], initial);
  return {
    listening: listeners.addresses(),
    reload: async (next) => {
      if (next.configPath !== null) await pool.reload(next.configPath, next.handlers);
      sources.replace(next);
      const before = now.settings.network.allowPrivate;
      now.settings = next;
      roster.reconfigured();
      await Promise.all([
        outbound.reconfigured(),
        reconciler.reconfigured(next),
        exceptions(before, next),
      ]);
    },
    stop: async () => {
      now.draining = true;
      await tree.stop();
    },
  };
}

async function firstKey(keys: KeyRing, settings: Settings, deps: AppDeps): Promise<void> {
  await keys.load();
  if (settings.development) return;
  const secret = await keys.ensureFirstKey();
  if (secret !== null) deps.announceKey(secret);
}

/** One application an address. */
function applications(
  { public: open, admin }: Settings["listen"],
  receiving: AnyElysia,
  operating: AnyElysia,
): { app: Listening; address: Address }[] {
  const on = (app: AnyElysia, address: Address) => ({
    app: new Elysia(PUBLIC_APP).use(app) as Listening,
    address,
  });
  const listen = { public: open, admin };
  if (isShared(listen)) return [on(new Elysia(PUBLIC_APP).use(receiving).use(operating), open)];
  return [on(receiving, open), on(operating, admin)];
}
