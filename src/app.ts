import { type AnyElysia, Elysia } from "elysia";
import { KeyRing } from "./admin/auth/key-ring.ts";
import { Slowdown } from "./admin/auth/slowdown.ts";
import type { Readiness } from "./admin/deps.ts";
import { adminRoutes } from "./admin/routes.ts";
import { BUILD } from "./base/build.ts";
import type { Clock } from "./base/clock.ts";
import type { Log } from "./base/log.ts";
import type { Random } from "./base/random.ts";
import { Turnstile } from "./base/turnstile.ts";
import type { Address, Settings } from "./config/settings.ts";
import { ingressRoutes, PUBLIC_SERVE } from "./ingress/routes.ts";
import { SecretUses } from "./ingress/secret-uses.ts";
import { SourceTable } from "./ingress/sources.ts";
import { type JournalHandle, openJournal } from "./journal/client.ts";
import { Desk } from "./mailbox/desk.ts";
import { HandlerPool } from "./mailbox/host/pool.ts";
import { hostSpawner } from "./mailbox/host/spawn.ts";
import { ReplayRunner } from "./mailbox/replays.ts";
import { Roster } from "./mailbox/roster.ts";
import { Why } from "./mailbox/why.ts";
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

/** Of the ten seconds between SIGTERM and the exit: what handlers get to finish, and listeners. */
const HANDLERS_GRACE_MS = 6_000;
const LISTENERS_GRACE_MS = 1_500;
const TREE = { name: "longstop", intensity: 5, periodMs: 60_000, stopMs: 7_000 };

/** The composition root: builds each part once and starts them in order. No logic. */
export async function startApp(initial: Settings, deps: AppDeps): Promise<App> {
  const { clock, random, log } = deps;
  let settings = initial;
  let draining = false;
  const failed = (detail: string): void => {
    draining = true;
    deps.onFailure(detail);
  };
  const source = (name: string) => settings.sources[name];
  const store = await openJournal(
    settings.dataDir,
    { dedupeMs: settings.dedupeMs },
    { clock, random, log, onFailure: failed },
  );
  const { journal, reads, mailboxReads } = store;
  const { hosts, memoryBytesMax } = settings.handlers;
  const pool = new HandlerPool(
    { clock, log, spawn: hostSpawner(clock) },
    { hosts, memoryBytesMax, configPath: settings.configPath },
  );
  const roster = new Roster({
    clock,
    random,
    log,
    journal,
    reads: mailboxReads,
    handlers: pool,
    source,
  });
  const turnstile = new Turnstile();
  const replays = new ReplayRunner({ clock, random, log, journal, reads, roster, turnstile });
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
  const sources = new SourceTable(settings, { clock });
  const uses = new SecretUses({ clock, log, journal, sources });
  const keys = new KeyRing({ reads, journal, clock, random, fixedKey: deps.fixedKey });
  const ready = (): Readiness => readiness(draining, store, pool);
  const receiving = ingressRoutes({
    sources,
    journal,
    clock,
    log,
    draining: () => draining,
    post: (posted) => roster.post(posted),
  });
  const operating = adminRoutes({
    reads,
    operations,
    keys,
    slowdown: new Slowdown(clock),
    clock,
    random,
    log,
    settings: () => settings,
    ready,
    version: BUILD.version,
    development: settings.development,
  });
  const listeners = new Listeners(settings.listen, receiving, operating, clock);
  const parts: readonly Child[] = [
    { name: "journal", start: async () => {}, stop: () => store.close() },
    { name: "handler hosts", start: () => pool.start(), stop: () => pool.stop(HANDLERS_GRACE_MS) },
    { name: "secret uses", start: async () => uses.start(), stop: () => uses.stop() },
    {
      name: "mailboxes",
      start: async () => roster.start(),
      stop: () => roster.stop(HANDLERS_GRACE_MS),
    },
    { name: "replays", start: () => replays.start(), stop: async () => replays.stop() },
    { name: "keys", start: () => openKeys(keys, settings, deps), stop: async () => {} },
    { name: "listeners", start: async () => listeners.start(), stop: () => listeners.stop() },
  ];
  const tree = new Supervisor({ clock, log }, TREE, parts);
  await tree.start((reason) => failed(String(reason)));
  checkUnclean(store, log);
  return {
    listening: listeners.addresses(),
    reload: async (next) => {
      if (next.configPath !== null) await pool.reload(next.configPath);
      sources.replace(next);
      settings = next;
      roster.reconfigured();
    },
    stop: async () => {
      draining = true;
      await tree.stop();
    },
  };
}

function readiness(draining: boolean, store: JournalHandle, pool: HandlerPool): Readiness {
  const pressure = store.journal.pressure();
  const { fault, ready, wanted } = pool.health();
  if (draining) return { ready: false, reason: "It is shutting down." };
  if (pressure === "disk_full") return { ready: false, reason: "The disk has no room." };
  if (pressure !== null)
    return { ready: false, reason: `The journal refuses requests: ${pressure}.` };
  if (wanted > 0 && ready === 0)
    return { ready: false, reason: `No handler host runs${fault === null ? "" : `: ${fault}`}.` };
  return { ready: true, reason: null };
}

async function openKeys(keys: KeyRing, settings: Settings, deps: AppDeps): Promise<void> {
  await keys.load();
  if (settings.development) return;
  const secret = await keys.ensureFirstKey();
  if (secret !== null) deps.announceKey(secret);
}

/** After a death the log is looked through beside the running server: recovery itself is SQLite's and done. */
function checkUnclean(store: JournalHandle, log: Log): void {
  if (store.clean) return;
  log.info(
    "the last life ended without closing the journal; looking through the log in the background",
  );
  store.check().then(
    (faults) => {
      if (faults.length === 0) return log.info("the log is whole");
      log.error(
        "the log's file is damaged: stop, keep a copy of the data folder, and restore a backup",
        { faults: faults.join("; ") },
      );
    },
    (error: unknown) => log.error("the log could not be looked through", { error: String(error) }),
  );
}

/** The two addresses, or one for both. */
class Listeners {
  readonly #listen: Settings["listen"];
  readonly #clock: Clock;
  readonly #receiving: AnyElysia;
  readonly #operating: AnyElysia;
  #apps: AnyElysia[] = [];

  constructor(
    listen: Settings["listen"],
    receiving: AnyElysia,
    operating: AnyElysia,
    clock: Clock,
  ) {
    this.#listen = listen;
    this.#clock = clock;
    this.#receiving = receiving;
    this.#operating = operating;
  }

  start(): void {
    const { public: open, admin } = this.#listen;
    const shared = open.host === admin.host && open.port === admin.port && open.port !== 0;
    const bind = (app: AnyElysia, { host, port }: Address): void => {
      this.#apps.push(
        new Elysia({ serve: PUBLIC_SERVE })
          .use(app)
          .listen({ hostname: host, port, reusePort: false }),
      );
    };
    if (shared) return bind(new Elysia().use(this.#receiving).use(this.#operating), open);
    bind(this.#receiving, open);
    bind(this.#operating, admin);
  }

  addresses(): App["listening"] {
    const at = (app: AnyElysia | undefined, wanted: Address): Address => ({
      host: wanted.host,
      port: app?.server?.port ?? wanted.port,
    });
    const { public: open, admin } = this.#listen;
    return { public: at(this.#apps[0], open), admin: at(this.#apps[1] ?? this.#apps[0], admin) };
  }

  /** Nothing new is accepted; what is under way is answered, or cut at the end of its grace. */
  async stop(): Promise<void> {
    const late = new Promise<void>((resolve) => this.#clock.after(LISTENERS_GRACE_MS, resolve));
    await Promise.race([Promise.all(this.#apps.map((app) => app.server?.stop(false))), late]);
    await Promise.all(this.#apps.map((app) => app.server?.stop(true)));
  }
}
