import { readFileSync, writeFileSync } from "node:fs";
import type { Subprocess } from "bun";
import { type Clock, sleep } from "../../base/clock.ts";
import { selfCommand } from "../../base/self.ts";
import { readLines } from "./output.ts";
import type { HostListener, HostProcess, SpawnHost } from "./process.ts";
import type { ToHost } from "./wire.ts";

/** Asking `ps` starts a process: not more often than this, ms. */
const PS_MS_MIN = 500;

/**
 * Real hosts: child processes of this same executable. `command` is what starts one; the path of the
 * configuration becomes its last argument.
 */
export function hostSpawner(
  clock: Clock,
  command: readonly string[] = selfCommand(["__host"]),
): SpawnHost {
  return (configPath, listener) => {
    try {
      return started([...command, configPath], clock, listener);
    } catch (error) {
      // No more processes or descriptors, or no such executable: tried again later, like any other failed start.
      const refused = error instanceof Error ? error.message : String(error);
      clock.soon(() => listener.exited({ code: null, signal: null, refused }));
      return NO_PROCESS;
    }
  };
}

const NO_PROCESS: HostProcess = {
  pid: 0,
  send: () => undefined,
  kill: () => undefined,
  rssBytes: () => Promise.resolve(null),
};

function started(command: string[], clock: Clock, listener: HostListener): HostProcess {
  const child: Subprocess<"ignore", "pipe", "pipe"> = Bun.spawn(command, {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    serialization: "advanced",
    ipc: (message) => listener.message(String(message)),
    // A host that closed its channel can be given nothing more and can answer nothing more.
    onDisconnect: () => child.kill("SIGKILL"),
  });
  offerToOomKiller(child.pid);
  const lines = [
    readLines(clock, child.stdout, (line) => listener.output("stdout", line)),
    readLines(clock, child.stderr, (line) => listener.output("stderr", line)),
  ];
  // Not before its last words are read, which often say why; a grandchild may hold the pipe open for longer.
  const read = Promise.race([Promise.all(lines), child.exited.then(() => sleep(clock, 100))]);
  void Promise.all([child.exited, read]).then(([code]) => {
    const signal = child.signalCode;
    listener.exited(signal === null ? { code, signal } : { code: null, signal: String(signal) });
  });
  return {
    pid: child.pid,
    send: (message) => trySend(child, message),
    kill: () => child.kill("SIGKILL"),
    rssBytes: rssReader(clock, child.pid),
  };
}

function trySend(child: Subprocess, message: ToHost): void {
  try {
    child.send(message);
  } catch {
    // The channel is closed: the host is about to be gone, which is told by its exit.
  }
}

/** When the system runs out of memory, it shall end a host rather than the process that holds the journal. */
function offerToOomKiller(pid: number): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  } catch {
    // It is gone already, or /proc may not be written here: then the system chooses by itself.
  }
}

function rssReader(clock: Clock, pid: number): () => Promise<number | null> {
  if (process.platform === "linux") return () => Promise.resolve(rssOf(pid));
  let readAt = Number.NEGATIVE_INFINITY;
  let last: number | null = null;
  return async () => {
    if (clock.monotonic() - readAt < PS_MS_MIN) return last;
    readAt = clock.monotonic();
    const ps = Bun.spawn(["ps", "-o", "rss=", "-p", String(pid)], {
      stdout: "pipe",
      stderr: "ignore",
    });
    last = kibibytes((await new Response(ps.stdout).text()).trim());
    return last;
  };
}

/** From /proc: in kB there, which are KiB, whatever the size of a page. */
function rssOf(pid: number): number | null {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return kibibytes(match?.[1] ?? "");
  } catch {
    // The process is gone.
    return null;
  }
}

const kibibytes = (text: string): number | null =>
  /^\d+$/.test(text) ? Number(text) * 1024 : null;
