import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type Clock, sleep } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Backup, BackupRefused, Backups } from "../backup.ts";
import { backupsFolder } from "../files.ts";
import { isDiskFull } from "../open.ts";
import type { ThreadClient } from "../threads/rpc.ts";

export interface BackupDeps {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Starts a thread of `backup-thread.ts`. */
  start(): Pick<ThreadClient, "call" | "terminate">;
}

const NAME = /^journal-.+\.db$/;
const PARTIAL = ".partial";

/** Makes backups of the journal of a running process, one at a time, each in a thread of its own. */
export class BackupMaker implements Backups {
  readonly #deps: BackupDeps;
  readonly #folder: string;
  #thread: ReturnType<BackupDeps["start"]> | null = null;
  #running: Promise<unknown> | null = null;
  #closed = false;

  constructor(deps: BackupDeps) {
    this.#deps = deps;
    this.#folder = backupsFolder(deps.dataDir);
  }

  async make(keep: number | null): Promise<Result<Backup, BackupRefused>> {
    if (this.#closed) return err(CLOSED);
    if (this.#running !== null) return err(RUNNING);
    const made = this.#make(keep);
    this.#running = made;
    const result = await made;
    this.#running = null;
    return result;
  }

  /** Gives up what is being made; resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#thread?.terminate();
    await this.#running;
  }

  async #make(keep: number | null): Promise<Result<Backup, BackupRefused>> {
    const { clock, log } = this.#deps;
    const began = clock.monotonic();
    try {
      this.#prepare();
      const file = this.#newName();
      const written = await this.#write(file);
      const removed = keep === null ? [] : this.#prune(file, Math.max(1, keep));
      const tookMs = Math.round(clock.monotonic() - began);
      log.info("a backup was made", { file, ...written, tookMs, removed: removed.length });
      return ok({ file, ...written, tookMs, removed });
    } catch (error) {
      this.#clear();
      if (this.#closed) return err(CLOSED);
      const refused = refusalOf(error);
      log.error("a backup could not be made", { code: refused.code, detail: refused.detail });
      return err(refused);
    }
  }

  async #write(file: string): Promise<Pick<Backup, "bytes" | "entries">> {
    const { clock, dataDir } = this.#deps;
    const partial = `${file}${PARTIAL}`;
    const thread = this.#deps.start();
    this.#thread = thread;
    try {
      await thread.call("begin", [dataDir, partial]);
      for (let done = false; !done; ) {
        const began = clock.monotonic();
        done = await thread.call<boolean>("slice", []);
        // As long as it worked it rests: half of the disk is left to receiving.
        if (!done) await sleep(clock, clock.monotonic() - began);
      }
      return await thread.call("finish", [partial, file]);
    } finally {
      thread.terminate();
      this.#thread = null;
    }
  }

  /** The folder is there, and nothing in it that a killed process had begun. */
  #prepare(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#clear();
  }

  #clear(): void {
    for (const name of namesIn(this.#folder))
      if (name.includes(PARTIAL)) rmSync(join(this.#folder, name), { force: true });
  }

  /** In the order of their names as of their times; of two in one millisecond the second is named for the next. */
  #newName(): string {
    for (let at = this.#deps.clock.now(); ; at++) {
      const time = new Date(at).toISOString().replaceAll(":", "-");
      const file = join(this.#folder, `journal-${time}.db`);
      if (!existsSync(file)) return file;
    }
  }

  /** A file that cannot be removed is no reason to call the backup failed: the next one tries again. */
  #prune(file: string, keep: number): readonly string[] {
    // Not by its name, which a clock that went back makes an old one.
    const others = namesIn(this.#folder).filter(
      (name) => NAME.test(name) && name !== basename(file),
    );
    const old = others.sort().slice(0, Math.max(0, others.length - (keep - 1)));
    return old.filter((name) => {
      try {
        rmSync(join(this.#folder, name));
        return true;
      } catch (error) {
        this.#deps.log.warn("an old backup could not be removed", { name, error: String(error) });
        return false;
      }
    });
  }
}

const CLOSED: BackupRefused = { code: "closed", detail: "The server is shutting down." };
const RUNNING: BackupRefused = {
  code: "running",
  detail: "Another backup is being made; wait for it.",
};

/** Of a folder that cannot be read, none: making the backup says why. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What an error of the thread or of the file system means to who asked. */
function refusalOf(error: unknown): BackupRefused {
  const { message, kind, code } = error as { message?: string; kind?: string; code?: unknown };
  const detail = message ?? String(error);
  if (kind === "NoRoomForBackup") return { code: "no_room", detail };
  if (isDiskFull(error) || code === "ENOSPC")
    return {
      code: "no_room",
      detail: `The disk is full (${detail}). Remove old backups, or make room.`,
    };
  return {
    code: "failed",
    detail: `Nothing was kept: ${detail}. \`longstop doctor\` examines the journal while no server runs on it.`,
  };
}
