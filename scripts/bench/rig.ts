import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sourceText } from "../../src/cli/bench/requests.ts";
import { Server } from "../../test/support/executable.ts";
import { descendants } from "../../test/support/processes.ts";

export const SECRET = "a-secret-of-the-figures";
const HERE = resolve(import.meta.dir);
const READY_MS_MAX = 10_000;

/** While this file is absent beside the configuration, every handler waits. */
const GATE = "go";

/**
 * A handler that does nothing, once the gate is open. The backlog before it is a real one: journaled,
 * known to the mailboxes, begun as far as hosts take work.
 */
const GATED = `timeout: "24h",
      onEvent: async () => { if (!open) await opened; },`;
const GATE_TEXT = `
import { existsSync } from "node:fs";
import { join } from "node:path";
const gate = join(import.meta.dir, "${GATE}");
let open = existsSync(gate);
const opened = new Promise<void>((resolve) => {
  const look = (): void => {
    open = existsSync(gate);
    if (open) resolve();
    else setTimeout(look, 5);
  };
  look();
});
`;

export interface Bare {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface SourceCounts {
  readonly received: number;
  readonly duplicates: number;
  readonly pending: number;
  readonly completed: number;
}

/** All that was started and made for the figures; `close` ends and removes it, whatever state it is in. */
export class Rig {
  readonly folder: string;
  readonly #open = new Set<() => Promise<void>>();

  static async create(): Promise<Rig> {
    return new Rig(await mkdtemp(join(tmpdir(), "longstop-figures-")));
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A server on an empty data folder, not started yet. `gated`: with a handler that waits for `openGate`. */
  async server(options: {
    readonly gated: boolean;
    readonly env?: Readonly<Record<string, string>>;
    /** Endpoints on this machine, as the configuration has them: `name: { … }, …`. */
    readonly endpoints?: string;
  }): Promise<Server> {
    const source = sourceText(SECRET, options.gated ? GATED : "");
    const sent =
      options.endpoints === undefined
        ? ""
        : `, network: { allowPrivate: ["127.0.0.1/32"] }, endpoints: { ${options.endpoints} }`;
    const config = `import { defineConfig } from "longstop";\n${options.gated ? GATE_TEXT : ""}\nexport default defineConfig({ sources: { bench: ${source} }${sent} });\n`;
    const server = await Server.create({
      config,
      env: { LONGSTOP_LOG: "warn", ...options.env },
    });
    this.#open.add(() => server.remove());
    return server;
  }

  bare(): Promise<Bare> {
    return this.child(join(HERE, "bare.ts"));
  }

  /** A server in a process of its own, from a script that prints its port. */
  async child(script: string): Promise<Bare> {
    const child = Bun.spawn([process.execPath, script], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    const stop = async (): Promise<void> => {
      child.kill("SIGKILL");
      await child.exited;
    };
    this.#open.add(stop);
    const reader = child.stdout.getReader();
    const port = reader.read().then(({ value }) => Number(new TextDecoder().decode(value)));
    const url = `http://127.0.0.1:${await within(READY_MS_MAX, `${script} listens`, port)}`;
    return { url, pid: child.pid, stop };
  }

  /** Runs a program to its end, at most `msMax`; answers what it printed. Rejects when it fails. */
  async run(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    msMax: number,
  ): Promise<string> {
    const child = Bun.spawn([...command], {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const stop = async (): Promise<void> => child.kill("SIGKILL");
    this.#open.add(stop);
    try {
      const ended = Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      const [stdout, stderr, code] = await within(msMax, `${command[0]} ends`, ended);
      if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stderr}`);
      return stdout;
    } finally {
      await stop();
      this.#open.delete(stop);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((end) => end()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const openGate = (server: Server): Promise<void> => server.write(GATE, "");

export async function countsOf(server: Server): Promise<SourceCounts> {
  const { data } = await server.read<{ data: (SourceCounts & { id: string })[] }>("/v1/sources");
  const counts = data.find(({ id }) => id === "bench");
  if (counts === undefined) throw new Error("the server does not know its source");
  return counts;
}

/** Resident bytes of the server's process with its threads, and of its handler hosts together. */
export async function residentBytes(server: Server): Promise<{ own: number; hosts: number }> {
  const hosts = await Promise.all((await descendants(server.pid)).map(resident));
  return { own: await resident(server.pid), hosts: hosts.reduce((sum, each) => sum + each, 0) };
}

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => null);
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(status ?? "")?.[1];
  if (kib !== undefined) return Number(kib) * 1_024;
  const asked = Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)], { stderr: "ignore" });
  return Number(asked.stdout.toString().trim() || Number.NaN) * 1_024;
}

/** Rejects when `what` has not come true in time: no figure may hang the run. */
export async function within<T>(msMax: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${msMax} ms in vain until ${what}`)), msMax);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
