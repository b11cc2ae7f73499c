import { afterEach, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Server } from "../support/executable.ts";
import { accepted, post, SOURCE_KEYS } from "../support/posting.ts";
import { descendants, until } from "../support/processes.ts";

/**
 * `kill -9` does not show that anything was synced: what the process wrote survives it in the kernel's
 * memory. So the kernel's own view is read here: which calls were made, and in which order.
 */
const strace = Bun.which("strace");
const usable =
  strace !== null &&
  Bun.spawnSync([strace, "-o", "/dev/null", "true"], { stderr: "ignore" }).success;
if (!usable)
  console.log(
    "skipped: that the sync comes before the answer (strace not found, or not allowed to trace)",
  );

/** No handler: an event is one commit, and nothing else syncs. */
const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({ sources: { plain: {${SOURCE_KEYS} } } });`;

let server: Server | undefined;
let tracer: Bun.Subprocess | undefined;
afterEach(async () => {
  tracer?.kill("SIGTERM");
  await tracer?.exited;
  await server?.remove();
});

describe.skipIf(!usable)("the sync comes before the answer", () => {
  test("between two acknowledgements the log is written and then synced", async () => {
    server = await Server.create({ config: CONFIG });
    await server.start();
    const trace = await follow(server, [
      "-y",
      "-s",
      "24",
      "-e",
      "trace=fsync,fdatasync,pwrite64,pwritev,pwritev2,write,writev,sendto,sendmsg",
    ]);

    const count = 20;
    for (let sent = 0; sent < count; sent++)
      await accepted(server, "plain", { id: `event-${sent}` });
    tracer?.kill("SIGTERM");
    await tracer?.exited;

    const answers = readTrace(await readFile(trace, "utf8"));
    expect(answers.length).toBeGreaterThanOrEqual(count);
    expect(answers.filter(({ synced }) => !synced)).toEqual([]);
  }, 30_000);

  test("a disk that takes 300 ms to sync makes the answer wait, and nothing else", async () => {
    server = await Server.create({ config: CONFIG });
    await server.start();
    await accepted(server, "plain", { id: "before" });
    await follow(server, [
      "-e",
      "trace=fsync,fdatasync",
      "-e",
      "inject=fsync,fdatasync:delay_enter=300000",
    ]);

    const began = performance.now();
    let answered = false;
    const answer = accepted(server, "plain", { id: "slow" }).then(() => {
      answered = true;
    });
    for (let asked = 0; asked < 20; asked++) await fetch(`${server.publicUrl}/healthz`);
    expect(answered).toBe(false);
    await answer;

    expect(performance.now() - began).toBeGreaterThanOrEqual(300);
  }, 30_000);

  test("what could not be synced is not acknowledged, and the process ends rather than guess", async () => {
    server = await Server.create({ config: CONFIG });
    await server.start();
    const kept = await accepted(server, "plain", { id: "kept" });
    await follow(server, ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO"]);

    const answer = await post(server, "plain", { id: "unsure" }).catch(() => null);

    expect(answer === null || answer.status === 503).toBe(true);
    expect(await server.exited()).not.toBe(0);
    await server.start();
    expect(await server.read<{ id: string }>(`/v1/events/${kept}`)).toMatchObject({ id: kept });
    expect(await accepted(server, "plain", { id: "unsure" })).toStartWith("evt_");
  }, 40_000);
});

/** Attaches to every thread of the running server; resolves with the trace's file once it is attached. */
async function follow(server: Server, options: readonly string[]): Promise<string> {
  const file = join(server.folder, "trace");
  const pids = [server.pid, ...(await descendants(server.pid))].flatMap((pid) => [
    "-p",
    String(pid),
  ]);
  const child = Bun.spawn([strace ?? "strace", "-f", "-o", file, ...options, ...pids], {
    stdout: "ignore",
    stderr: Bun.file(`${file}.err`),
  });
  tracer = child;
  await until("strace is attached", 5_000, async () =>
    (await readFile(`/proc/${server.pid}/status`, "utf8")).includes(`TracerPid:\t${child.pid}`),
  );
  return file;
}

/** Each `202` that was sent, and whether the log had been written and then synced since the one before. */
function readTrace(trace: string): { line: number; synced: boolean }[] {
  const answers: { line: number; synced: boolean }[] = [];
  /** Threads with an unfinished sync that began after the log had been written. */
  const syncing = new Set<string>();
  let written = new Set<string>();
  let synced = false;
  for (const [index, line] of trace.split("\n").entries()) {
    const thread = line.split(" ")[0] ?? "";
    const call = /\b(\w+)\(\d+<([^>]*)>/.exec(line);
    const file = call?.[2] ?? "";
    if (call !== null && /^pwrite/.test(call[1] ?? "") && file.includes("/data/"))
      written.add(file);
    if (call !== null && /^f(?:data)?sync$/.test(call[1] ?? "") && written.has(file)) {
      if (line.includes("<unfinished")) syncing.add(thread);
      else synced = true;
    }
    if (/<\.\.\. f(?:data)?sync resumed>/.test(line) && syncing.delete(thread)) synced = true;
    if (line.includes('"HTTP/1.1 202')) {
      answers.push({ line: index + 1, synced });
      synced = false;
      written = new Set();
      syncing.clear();
    }
  }
  return answers;
}
