import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePorts, until } from "./processes.ts";

/** Starting, watching and ending the executable from outside, as an operator would. */

const top = resolve(import.meta.dir, "../..");
const EXECUTABLE = join(top, "dist", process.platform === "win32" ? "longstop.exe" : "longstop");
const READY_MS_MAX = 30_000;

let building: Promise<string> | undefined;

/** Path of the executable, built anew when a source file is younger. */
export function executable(): Promise<string> {
  building ??= build();
  return building;
}

async function build(): Promise<string> {
  const given = process.env["LONGSTOP_EXECUTABLE"];
  if (given !== undefined && given !== "") return resolve(given);
  if (await isFresh()) return EXECUTABLE;
  const run = Bun.spawn([process.execPath, "scripts/build.ts"], {
    cwd: top,
    stdout: "ignore",
    stderr: "pipe",
  });
  if ((await run.exited) !== 0) throw new Error(await new Response(run.stderr).text());
  return EXECUTABLE;
}

async function isFresh(): Promise<boolean> {
  const builtAt = await stat(EXECUTABLE).then(
    (file) => file.mtimeMs,
    () => 0,
  );
  for (const pattern of ["src/**/*", "package.json", "bun.lock", "scripts/build.ts"]) {
    for await (const path of new Bun.Glob(pattern).scan({ cwd: top })) {
      if ((await stat(join(top, path))).mtimeMs > builtAt) return false;
    }
  }
  return true;
}

export interface ServerOptions {
  /** The text of `longstop.config.ts`, or the path of an existing one. */
  readonly config: string | { readonly path: string };
  /** Further files beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the command: `["strace", "-f", …]`. */
  readonly wrap?: readonly string[];
  /** Default: a folder `data` in the server's own. */
  readonly dataDir?: string;
}

/** One installation: a folder of its own with configuration, data and log, and the process that runs on it, if any. */
export class Server {
  readonly folder: string;
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly key = `lsk_${"0123456789abcdef".repeat(3)}`;
  readonly #options: ServerOptions;
  #process: Bun.Subprocess | null = null;

  static async create(options: ServerOptions): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "longstop-test-"));
    const [publicPort = 0, adminPort = 0] = await freePorts(2);
    const server = new Server(folder, publicPort, adminPort, options);
    await mkdir(server.dataDir, { recursive: true });
    if (typeof options.config === "string")
      await server.write("longstop.config.ts", options.config);
    for (const [name, text] of Object.entries(options.files ?? {})) await server.write(name, text);
    return server;
  }

  private constructor(
    folder: string,
    publicPort: number,
    adminPort: number,
    options: ServerOptions,
  ) {
    this.folder = folder;
    this.dataDir = options.dataDir ?? join(folder, "data");
    this.publicUrl = `http://127.0.0.1:${publicPort}`;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    this.#options = options;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  get logFile(): string {
    return join(this.folder, "longstop.log");
  }

  /** Everything the process has written so far, over all its lives. */
  logs(): Promise<string> {
    return readFile(this.logFile, "utf8").catch(() => "");
  }

  get pid(): number {
    if (this.#process === null) throw new Error("the server is not running");
    return this.#process.pid;
  }

  get running(): boolean {
    return (
      this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  /** Starts the process without waiting for anything but the fork. */
  async spawn(): Promise<void> {
    if (this.running) throw new Error("the server is already running");
    const config =
      typeof this.#options.config === "string"
        ? join(this.folder, "longstop.config.ts")
        : this.#options.config.path;
    const command = [
      ...(this.#options.wrap ?? []),
      await executable(),
      "serve",
      "--config",
      config,
      "--data",
      this.dataDir,
    ];
    const listen = [
      "--public",
      new URL(this.publicUrl).host,
      "--admin",
      new URL(this.adminUrl).host,
    ];
    const log = openSync(this.logFile, "a");
    this.#process = Bun.spawn([...command, ...listen], {
      cwd: this.folder,
      env: { ...process.env, LONGSTOP_ADMIN_KEY: this.key, ...this.#options.env },
      stdin: "ignore",
      stdout: log,
      stderr: log,
    });
    closeSync(log);
  }

  /** Starts the process and waits until `/readyz` says so. Rejects with its log when it ends before. */
  async start(): Promise<void> {
    await this.spawn();
    await until(`the server is ready`, READY_MS_MAX, async () => {
      if (!this.running)
        throw new Error(
          `the server ended with ${this.#process?.exitCode ?? this.#process?.signalCode}:\n${await this.logs()}`,
        );
      return (await fetch(`${this.adminUrl}/readyz`).catch(() => null))?.status === 200;
    });
  }

  /** SIGKILL, now. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
    this.#process = null;
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** SIGTERM, as an operator stops it; resolves with the exit code. */
  async stop(): Promise<number> {
    const child = this.#process;
    if (child === null) return 0;
    child.kill("SIGTERM");
    const code = await child.exited;
    this.#process = null;
    return code;
  }

  /** Ends the process, if it runs, and removes the folder. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Resolves with the exit code once the process has ended by itself. */
  async exited(): Promise<number> {
    return (await this.#process?.exited) ?? 0;
  }

  /** A call to the operators' API. */
  api(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    return fetch(`${this.adminUrl}${path}`, { ...init, headers: { ...headers, ...init.headers } });
  }

  /** The JSON of a successful call. */
  async read<T>(path: string): Promise<T> {
    const answer = await this.api(path);
    if (!answer.ok)
      throw new Error(`GET ${path} was answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** All rows of a list, page by page. */
  async list<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const url: string = `${path}${path.includes("?") ? "&" : "?"}limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: { data: T[]; nextCursor: string | null } = await this.read(url);
      rows.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }
}
