import { watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { type App, startApp } from "../app.ts";
import { BUILD } from "../base/build.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { jsonLog, type Log, type LogLevel } from "../base/log.ts";
import { systemRandom } from "../base/random.ts";
import { err, ok, type Result } from "../base/result.ts";
import { developmentSettings } from "../config/development.ts";
import { formatFaults, formatWarnings } from "../config/fault.ts";
import { findConfig } from "../config/find.ts";
import { loadSettings } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import type { ServeOptions } from "./deps.ts";
import { CliFailure, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";

type Mode = "serve" | "dev";

/** A changed file is often written in several steps: one reload for all of them, ms. */
const GATHER_CHANGES_MS = 150;
/** After a failure of the journal, refusals in flight are still sent, ms. */
const LAST_WORDS_MS = 300;

/**
 * `longstop serve` and `longstop dev`: runs until SIGTERM or SIGINT (exit 0), or the journal's failure (exit 1, at
 * once: the next start recovers from the disk). Throws a `CliFailure` of exit code 1 when the configuration is faulty
 * or something stands in the way of the start.
 */
export async function serve(mode: Mode, options: ServeOptions, io: Io): Promise<number> {
  const log = jsonLog(systemClock, logLevel(io), (line) => io.stderr(line));
  const read = await settingsOf(mode, options, io);
  if (!read.ok) throw new CliFailure(EXIT.FAILED, read.error);
  const settings = read.value;
  const ended = Promise.withResolvers<number>();
  let app: App;
  try {
    app = await startApp(settings, {
      clock: systemClock,
      random: systemRandom,
      log,
      fixedKey: io.env["LONGSTOP_ADMIN_KEY"] || null,
      secretKey: io.env["LONGSTOP_SECRET_KEY"] || null,
      announceKey: (secret) => io.stdout(`Admin key, shown this once: ${secret}\n`),
      onFailure: (detail) => {
        log.error(
          "the journal failed; the process ends and recovers from the disk at its next start",
          { detail },
        );
        systemClock.after(LAST_WORDS_MS, () => process.exit(EXIT.FAILED));
      },
    });
  } catch (error) {
    throw new CliFailure(EXIT.FAILED, `longstop cannot start: ${startFault(error, settings)}`);
  }
  announce(mode, app, settings, io);
  const reloads = new Reloads(app, () => reread(mode, options, io), log);
  process.on("SIGHUP", () => reloads.ask());
  const unwatch =
    mode === "dev" && settings.configPath !== null
      ? watchFolder(settings.configPath, systemClock, () => reloads.ask())
      : () => {};
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => ended.resolve(stop(app, log)));
  const code = await ended.promise;
  unwatch();
  return code;
}

async function stop(app: App, log: Log): Promise<number> {
  log.info("shutting down");
  const cancel = systemClock.after(LIMITS.SHUTDOWN_MS_MAX - 500, () => {
    log.error("shutting down took too long; what was not settled is in the journal");
    process.exit(EXIT.FAILED);
  });
  await app.stop();
  cancel();
  log.info("stopped");
  return EXIT.OK;
}

/** One reload at a time; asked for again meanwhile, one more follows. A faulty configuration changes nothing. */
class Reloads {
  readonly #app: App;
  readonly #load: () => Promise<Settings | null>;
  readonly #log: Log;
  #running = false;
  #again = false;

  constructor(app: App, load: () => Promise<Settings | null>, log: Log) {
    this.#app = app;
    this.#load = load;
    this.#log = log;
  }

  ask(): void {
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    do {
      this.#again = false;
      await this.#once();
    } while (this.#again);
    this.#running = false;
  }

  async #once(): Promise<void> {
    const settings = await this.#load();
    if (settings === null)
      return this.#log.error("the new configuration is faulty; the old one stays");
    try {
      await this.#app.reload(settings);
      this.#log.info("the configuration was reloaded", {
        sources: Object.keys(settings.sources).length,
      });
    } catch (error) {
      // Told to the operator, who asked for it; what ran goes on.
      this.#log.error("the new configuration cannot be run; the old one stays", {
        error: String(error),
      });
    }
  }
}

/** The configuration anew, or `null` once every fault is printed. */
async function reread(mode: Mode, options: ServeOptions, io: Io): Promise<Settings | null> {
  const read = await settingsOf(mode, options, io);
  if (read.ok) return read.value;
  io.stderr(`${read.error}\n`);
  return null;
}

/** The configuration as this mode runs it, or every fault of it, as a text of several lines. */
async function settingsOf(
  mode: Mode,
  options: ServeOptions,
  io: Io,
): Promise<Result<Settings, string>> {
  const found = findConfig({
    argument: options.config ?? undefined,
    environment: io.env,
    cwd: io.cwd,
  });
  const asked = options.config !== null || Boolean(io.env["LONGSTOP_CONFIG"]);
  if (!found.ok && (mode === "serve" || asked)) return err(formatFaults([found.error]));
  const dataDir = resolve(io.cwd, options.data ?? (io.env["LONGSTOP_DATA"] || "data"));
  if (!found.ok) return ok(listening(developmentSettings(dataDir), options));
  const loaded = await loadSettings({ path: found.value, environment: io.env });
  if (!loaded.ok) return err(formatFaults(loaded.error, found.value));
  if (loaded.value.warnings.length > 0) io.stderr(`${formatWarnings(loaded.value.warnings)}\n`);
  const own = options.data === null ? loaded.value.settings : { ...loaded.value.settings, dataDir };
  return ok(listening(mode === "dev" ? developmentSettings(own.dataDir, own) : own, options));
}

function listening(settings: Settings, { listen }: ServeOptions): Settings {
  return {
    ...settings,
    listen: {
      public: listen.public ?? settings.listen.public,
      admin: listen.admin ?? settings.listen.admin,
    },
  };
}

function announce(mode: Mode, app: App, settings: Settings, io: Io): void {
  const at = ({ host, port }: { host: string; port: number }): string =>
    `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const { public: open, admin } = app.listening;
  io.stdout(
    `longstop ${BUILD.version} receives at ${at(open)}/in/<source> and answers operators at ${at(admin)}\n`,
  );
  io.stdout(`The journal is in ${settings.dataDir}\n`);
  if (mode === "dev") {
    io.stdout(
      "FOR DEVELOPMENT ONLY: loopback, no login" +
        (settings.configPath === null
          ? ", anything is accepted at /in/<any name>, unverified.\n"
          : ", unknown sources are accepted unverified.\n"),
    );
    io.stdout(
      `Try: curl -d '{"hello":"world"}' -H 'content-type: application/json' ${at(open)}/in/anything\n`,
    );
  }
}

function logLevel(io: Io): LogLevel {
  const wanted = io.env["LONGSTOP_LOG"] ?? "info";
  return wanted === "debug" || wanted === "warn" || wanted === "error" ? wanted : "info";
}

function startFault(error: unknown, settings: Settings): string {
  const { code, message } = error as { code?: string; message?: string };
  const { public: open, admin } = settings.listen;
  if (code === "EADDRINUSE")
    return `an address is taken: ${open.host}:${open.port} or ${admin.host}:${admin.port}. Stop what listens there, or choose others with \`listen\` in the configuration or --public and --admin.`;
  if (code === "EACCES" || code === "EPERM")
    return `not permitted: ${message}. Ports below 1024 and the data folder ${settings.dataDir} need rights of their own.`;
  return message ?? String(error);
}

function watchFolder(configPath: string, clock: Clock, changed: () => void): () => void {
  let cancel = (): void => {};
  const watcher = watch(dirname(configPath), (_kind, name) => {
    if (name === null || !/\.(ts|js|mjs|json)$/.test(name)) return;
    cancel();
    cancel = clock.after(GATHER_CHANGES_MS, changed);
  });
  return () => watcher.close();
}
