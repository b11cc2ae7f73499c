import { AuditTrail } from "../../src/admin/audit/trail.ts";
import { KeyRing } from "../../src/admin/auth/key-ring.ts";
import { Sessions } from "../../src/admin/auth/sessions.ts";
import { Slowdown } from "../../src/admin/auth/slowdown.ts";
import type { AdminDeps, Readiness } from "../../src/admin/deps.ts";
import { adminRoutes } from "../../src/admin/routes.ts";
import { StatsHistory } from "../../src/admin/stats/history.ts";
import type { Clock } from "../../src/base/clock.ts";
import type { Seq } from "../../src/base/ids.ts";
import { seq } from "../../src/base/ids.ts";
import type { Log, LogFields } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { ok, type Result } from "../../src/base/result.ts";
import type { Address, Settings, SourceSettings } from "../../src/config/settings.ts";
import type { Release } from "../../src/ingress/releases.ts";
import type { Backup, BackupRefused } from "../../src/journal/backup.ts";
import type { Fact } from "../../src/journal/facts.ts";
import { FakeAudit } from "./fake-audit.ts";
import { FakeOperations } from "./fake-operations.ts";
import { FakeOutgoing } from "./fake-outgoing.ts";
import { FakeReads } from "./fake-reads.ts";
import { FakeRecovering } from "./fake-recovering.ts";
import { SimClock } from "./sim-clock.ts";

export const FIXED_KEY = "fixed-for-tests";

interface Options {
  readonly fixedKey?: string | null;
  readonly development?: boolean;
  readonly publicAddress?: Address;
  readonly sources?: Readonly<Record<string, SourceSettings>>;
}

export type Desk = Awaited<ReturnType<typeof adminDesk>>;

/** The whole API over fakes, in this process; `call` goes through the routes with the fixed key. */
export async function adminDesk(options: Options = {}, time?: Clock) {
  const reads = new FakeReads();
  const operations = new FakeOperations();
  const outgoing = new FakeOutgoing();
  const recovering = new FakeRecovering();
  const clock = new SimClock();
  const random = seededRandom(1);
  const facts: Fact[] = [];
  const lines: (readonly [string, LogFields | undefined])[] = [];
  const desk = { ready: { ready: true, reason: null } as Readiness, refusal: null as Error | null };
  const audit = new FakeAudit(() => desk.refusal);
  const [releases, backups] = [releasing(), backingUp()];
  const record = async (fact: Fact): Promise<Seq> => {
    if (desk.refusal !== null) throw desk.refusal;
    facts.push(fact);
    return seq(facts.length);
  };
  const fixedKey = options.fixedKey === undefined ? FIXED_KEY : options.fixedKey;
  const keys = new KeyRing({ reads, journal: { record }, clock, random, fixedKey });
  await keys.load();
  const deps: AdminDeps = {
    reads,
    operations,
    releases,
    outgoing,
    recovering,
    keys,
    slowdown: new Slowdown(clock),
    audit: { trail: new AuditTrail({ journal: audit, clock, log: noting(lines) }), reads: audit },
    sessions: new Sessions(clock, random),
    history: new StatsHistory({ clock, reads, log: noting(lines) }),
    backups,
    clock: time ?? clock,
    random,
    log: noting(lines),
    settings: () => settings(options),
    ready: () => desk.ready,
    version: "1.2.3",
    development: options.development ?? false,
  };
  const app = adminRoutes(deps);
  const { send, call } = callers(app, fixedKey);
  return {
    ...deps,
    app,
    reads,
    operations,
    outgoing,
    recovering,
    releases,
    clock,
    facts,
    audited: audit.lines,
    backups,
    lines,
    desk,
    send,
    call,
  };
}

/** Backups that are made at once; `outcome` is what comes of the next. */
function backingUp() {
  const backups = {
    kept: [] as (number | null)[],
    outcome: ok({
      file: "/data/backups/journal-2026-03-01T08-30-00.000Z.db",
      bytes: 8192,
      entries: 3,
      tookMs: 12,
      removed: [],
    }) as Result<Backup, BackupRefused>,
    make: async (keep: number | null) => {
      backups.kept.push(keep);
      return backups.outcome;
    },
  };
  return backups;
}

/** The way out of the quarantine: notes what is tried, and answers what it is told to. */
function releasing() {
  const tried: [id: string, dryRun: boolean][] = [];
  const releases = {
    outcomes: new Map<string, Release>(),
    tried,
    release: async (id: string, dryRun: boolean): Promise<Release> => {
      tried.push([id, dryRun]);
      return releases.outcomes.get(id) ?? { status: "not_found" };
    },
  };
  return releases;
}

/** Requests through the routes, in this process. */
function callers(app: ReturnType<typeof adminRoutes>, fixedKey: string | null) {
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    app.handle(new Request(`http://localhost${path}`, init));
  const call = (
    method: string,
    path: string,
    body?: unknown,
    key: string | null = fixedKey,
  ): Promise<Response> =>
    send(path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { send, call };
}

/** The body of a problem, checked to be one. */
export async function problemOf(response: Response): Promise<{ code: string; detail: string }> {
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`not a problem: ${response.status} ${await response.text()}`);
  }
  return (await response.json()) as { code: string; detail: string };
}

function settings(options: Options): Settings {
  return {
    configPath: null,
    listen: {
      public: options.publicAddress ?? { host: "0.0.0.0", port: 8080 },
      admin: { host: "127.0.0.1", port: 8081 },
    },
    publicUrl: "https://hooks.example.com",
    dataDir: "/data",
    sources: options.sources ?? {},
    endpoints: {},
    network: { allowPrivate: [] },
    handlers: { hosts: 1, memoryBytesMax: 2 ** 29 },
    dedupeMs: 30 * 86_400_000,
    development: options.development ?? false,
  };
}

function noting(lines: (readonly [string, LogFields | undefined])[]): Log {
  const note = (message: string, fields?: LogFields): void => void lines.push([message, fields]);
  return { debug: note, info: note, warn: note, error: note };
}
