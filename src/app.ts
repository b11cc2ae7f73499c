import { type AnyElysia, Elysia } from "elysia";
import { KeyRing } from "./admin/auth/key-ring.ts";
import { Sessions } from "./admin/auth/sessions.ts";
import { Slowdown } from "./admin/auth/slowdown.ts";
import { readinessOf } from "./admin/readiness.ts";
import { adminRoutes } from "./admin/routes.ts";
import { StatsHistory } from "./admin/stats/history.ts";
import { BUILD } from "./base/build.ts";
import type { Clock } from "./base/clock.ts";
import { guardedFetch } from "./base/http/guarded-fetch.ts";
import { openHttpClient } from "./base/http/open.ts";
import type { Log } from "./base/log.ts";
import type { Random } from "./base/random.ts";
import { Turnstile } from "./base/turnstile.ts";
import type { Address, Settings } from "./config/settings.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import { BodyRoom } from "./ingress/body-room.ts";
import { isShared, Listeners, type Listening } from "./ingress/listeners.ts";
import type { Onward } from "./ingress/onward.ts";
import { QuarantineDesk } from "./ingress/quarantine-desk.ts";
import { ingressRoutes, PUBLIC_APP } from "./ingress/routes.ts";
import { SecretUses } from "./ingress/secret-uses.ts";
import { SourceTable } from "./ingress/sources.ts";
import { type JournalHandle, openJournal } from "./journal/client.ts";
import { checkUnclean } from "./journal/unclean.ts";
import { Desk } from "./mailbox/desk.ts";
import { HandlerPool } from "./mailbox/host/pool.ts";
import { hostSpawner } from "./mailbox/host/spawn.ts";
import type { Operations } from "./mailbox/operations.ts";
import { ReplayRunner } from "./mailbox/replays.ts";
import { Roster } from "./mailbox/roster.ts";
import { Why } from "./mailbox/why.ts";
import { providerDeps } from "./providers/deps.ts";
import type { Child } from "./supervise/child.ts";
import { Supervisor } from "./supervise/supervisor.ts";

export interface AppDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** `LONGSTOP_ADMIN_KEY`; `null` when it is not set. */
  readonly fixedKey: string | null;
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

/** Of the ten seconds between SIGTERM and the exit: what each part may take. */
const MAILBOXES_GRACE_MS = 5_000;
const HOSTS_GRACE_MS = 1_500;
const TREE = { name: "longstop", intensity: 5, periodMs: 60_000, stopMs: 7_000 };

/** What may change while the process runs. */
interface Now {
  settings: Settings;
  draining: boolean;
}

/** The composition root: builds each part once and starts them in order. No logic. */
export async function startApp(initial: Settings, deps: AppDeps): Promise<App> {
  const { clock, log } = deps;
  const now: Now = { settings: initial, draining: false };
  const failed = (detail: string): void => {
    now.draining = true;
    deps.onFailure(detail);
  };
  const store = await openStore(initial, deps, failed);
  const { pool, roster, replays, operations } = mailboxes(store, now, deps);
  const { sources, uses, quarantine, receiving } = ingress(store, roster, now, deps);
  const { keys, history, operating } = operators(store, pool, operations, quarantine, now, deps);
  const listeners = new Listeners(clock, applications(initial.listen, receiving, operating));
  const tree = new Supervisor({ clock, log }, TREE, [
    child("journal", nothing, () => store.close()),
    child(
      "handler hosts",
      () => pool.start(),
      () => pool.stop(HOSTS_GRACE_MS),
    ),
    service("secret uses", uses),
    child(
      "mailboxes",
      () => roster.start(),
      () => roster.stop(MAILBOXES_GRACE_MS),
    ),
    service("replays", replays),
    service("quarantine", quarantine),
    child("keys", () => openKeys(keys, initial, deps), nothing),
    service("history of counters", history),
    service("listeners", listeners),
  ]);
  await tree.start((reason) => failed(String(reason)));
  checkUnclean(store, log);
  return {
    listening: listeners.addresses(),
    reload: async (next) => {
      if (next.configPath !== null) await pool.reload(next.configPath, next.handlers);
      sources.replace(next);
      now.settings = next;
      roster.reconfigured();
    },
    stop: async () => {
      now.draining = true;
      await tree.stop();
    },
  };
}

function openStore(
  settings: Settings,
  { clock, random, log }: AppDeps,
  onFailure: (detail: string) => void,
): Promise<JournalHandle> {
  return openJournal(
    settings.dataDir,
    { dedupeMs: settings.dedupeMs },
    { clock, random, log, onFailure },
  );
}

/** From the journal to the team's code and back, and what operators can do about it. */
function mailboxes(store: JournalHandle, now: Now, { clock, random, log }: AppDeps) {
  const { journal, reads, mailboxReads } = store;
  const { configPath, handlers } = now.settings;
  const source = (name: string) => now.settings.sources[name];
  const pool = new HandlerPool(
    { clock, log, spawn: hostSpawner(clock) },
    { ...handlers, configPath },
  );
  const common = { clock, random, log, journal };
  const roster = new Roster({ ...common, reads: mailboxReads, handlers: pool, source });
  const turnstile = new Turnstile();
  const replays = new ReplayRunner({ ...common, reads, roster, turnstile });
  const why = new Why({ clock, roster, places: pool, source });
  const operations = new Desk({
    clock,
    journal,
    reads: { ...reads, waiting: mailboxReads.waiting },
    roster,
    replays,
    why,
    replaying: turnstile,
  });
  return { pool, roster, replays, operations };
}

/** From the public address to the journal and on to the mailboxes. */
function ingress(store: JournalHandle, roster: Roster, now: Now, { clock, log }: AppDeps) {
  const { journal, reads } = store;
  const http = openHttpClient(clock, () => now.settings.network.allowPrivate);
  const providers = providerDeps({ fetch: guardedFetch(http), clock });
  const sources = new SourceTable(now.settings, { clock, providers });
  const uses = new SecretUses({ clock, log, journal, sources });
  const ways: Onward = {
    post: (posted) => roster.post(posted),
    fanOut: { match: () => [], owed: nothing },
    hinted: nothing,
  };
  const quarantine = new QuarantineDesk({
    clock,
    log,
    sources,
    journal,
    reads,
    store: store.quarantine,
    ...ways,
    development: () => now.settings.development,
  });
  const receiving = ingressRoutes({
    sources,
    journal,
    room: new BodyRoom(clock),
    quarantine: quarantine.entrance,
    clock,
    log,
    draining: () => now.draining,
    ...ways,
  });
  return { sources, uses, quarantine, receiving };
}

/** The operators' address. */
function operators(
  store: JournalHandle,
  pool: HandlerPool,
  operations: Operations,
  { releases }: QuarantineDesk,
  now: Now,
  { clock, random, log, fixedKey }: AppDeps,
) {
  const { journal, reads } = store;
  const keys = new KeyRing({ reads, journal, clock, random, fixedKey });
  const history = new StatsHistory({ clock, log, reads });
  const api = adminRoutes({
    reads,
    operations,
    releases,
    keys,
    slowdown: new Slowdown(clock),
    sessions: new Sessions(clock, random),
    history,
    clock,
    random,
    log,
    settings: () => now.settings,
    ready: () => readinessOf(now.draining, store.journal.pressure(), pool.health()),
    version: BUILD.version,
    development: now.settings.development,
  });
  return { keys, history, operating: new Elysia().use(dashboardRoutes()).use(api) };
}

const nothing = (): void => {};

/** A part that cannot fall by itself: what falls inside it is started again inside it. */
function child(
  name: string,
  start: () => void | Promise<void>,
  stop: () => void | Promise<void>,
): Child {
  return { name, start: async () => start(), stop: async () => stop() };
}

/** A part that starts and stops by itself. */
function service(name: string, own: { start(): unknown; stop(): unknown }): Child {
  const [start, stop] = [async () => void (await own.start()), async () => void (await own.stop())];
  return { name, start, stop };
}

async function openKeys(keys: KeyRing, settings: Settings, deps: AppDeps): Promise<void> {
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
