import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../../base/clock.ts";
import { invariant } from "../../base/result.ts";
import { selfCommand } from "../../base/self.ts";
import { CliFailure, EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { sourceText } from "./requests.ts";

const READY_MS_MAX = 60_000;
const ASK_EVERY_MS = 10;

export interface Listening {
  readonly host: string;
  readonly publicPort: number;
  readonly adminUrl: string;
}

/** This same program as a server of its own, on loopback, with its data in a folder of the measurement. */
export class BenchServer {
  readonly secret: string;
  readonly key: string;
  readonly #folder: string;
  readonly #io: Io;
  #child: Bun.Subprocess | null = null;
  #closed = false;

  constructor(folder: string, io: Io) {
    this.#folder = folder;
    this.#io = io;
    this.secret = io.random.text(40);
    this.key = `lsk_${io.random.text(48, "0123456789abcdef")}`;
  }

  /** Starts it and waits until it is ready. Rejects with its own words when it ends before. */
  async start(): Promise<Listening> {
    invariant(!this.#closed, "a closed server is not started again");
    const log = this.#spawn();
    const deadline = this.#io.clock.monotonic() + READY_MS_MAX;
    for (;;) {
      const text = await readFile(log, "utf8");
      const listening = listeningIn(text);
      if (listening !== null && (await this.#ready(listening))) return listening;
      if (!this.running || this.#io.clock.monotonic() > deadline)
        throw new CliFailure(EXIT.FAILED, `the server to be measured did not start:\n${text}`);
      await sleep(this.#io.clock, ASK_EVERY_MS);
    }
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGKILL; resolves when it is gone. Does nothing when it does not run. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
    this.#child = null;
  }

  /** For good: the folder may be removed now. */
  close(): Promise<void> {
    this.#closed = true;
    return this.kill();
  }

  /** In one turn, so that it cannot be closed half way; answers the file of its words. */
  #spawn(): string {
    const config = join(this.#folder, "longstop.config.ts");
    const log = join(this.#folder, "longstop.log");
    mkdirSync(join(this.#folder, "data"), { recursive: true });
    writeFileSync(
      config,
      `import { defineConfig } from "longstop";\nexport default defineConfig({ sources: { bench: ${sourceText(this.secret, "")} } });\n`,
    );
    const { LONGSTOP_CONFIG: _config, LONGSTOP_DATA: _data, ...env } = this.#io.env;
    const loopback = ["--public", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    const own = ["--config", config, "--data", join(this.#folder, "data")];
    // In a file, not a pipe: nobody reads while the server is measured.
    writeFileSync(log, "");
    const out = openSync(log, "a");
    const child = Bun.spawn(selfCommand(["serve", ...own, ...loopback]), {
      cwd: this.#folder,
      env: { ...env, LONGSTOP_ADMIN_KEY: this.key, LONGSTOP_LOG: "warn" },
      stdin: "ignore",
      stdout: out,
      stderr: out,
    });
    closeSync(out);
    this.#child = child;
    return log;
  }

  async #ready({ adminUrl }: Listening): Promise<boolean> {
    try {
      return (await this.#io.fetch(`${adminUrl}/readyz`, {})).status === 200;
    } catch {
      return false; // Not yet, or never: whether it still runs tells which.
    }
  }
}

/** Where it says that it listens: the ports are the system's choice. */
export function listeningIn(text: string): Listening | null {
  const found = /receives at http:\/\/([\d.]+):(\d+)\/\S* and answers operators at (http:\S+)/.exec(
    text,
  );
  const [, host, port, adminUrl] = found ?? [];
  if (host === undefined || adminUrl === undefined) return null;
  return { host, publicPort: Number(port), adminUrl };
}
