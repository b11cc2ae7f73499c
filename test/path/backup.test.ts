import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable, Server } from "../support/executable.ts";
import { accepted, post, SOURCE_KEYS } from "../support/posting.ts";
import type { EventJson, Receipt } from "../support/rows.ts";

const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({ sources: { plain: {${SOURCE_KEYS} onEvent: (event, ctx) => { ctx.state.seen = (ctx.state.seen ?? 0) + 1; } } } });`;

const servers: Server[] = [];
const folder = await mkdtemp(join(tmpdir(), "longstop-backup-"));
const disk = join(folder, "disk");
await mkdir(disk);
const mounted = mount("-t", "tmpfs", "-o", "size=48m", "tmpfs", disk);
if (!mounted) console.log("skipped: a full disk (a small file system cannot be mounted here)");

function mount(...args: string[]): boolean {
  try {
    return Bun.spawnSync(["mount", ...args], { stderr: "ignore" }).success;
  } catch {
    return false; // No such command on this system.
  }
}

afterAll(async () => {
  for (const server of servers) await server.remove();
  if (mounted) Bun.spawnSync(["umount", disk]);
  await rm(folder, { recursive: true, force: true });
});

async function started(dataDir?: string): Promise<Server> {
  const server = await Server.create(
    dataDir === undefined ? { config: CONFIG } : { config: CONFIG, dataDir },
  );
  servers.push(server);
  return server;
}

/** The command line as an operator uses it on a server. */
async function longstop(server: Server, ...words: string[]) {
  const child = Bun.spawn([await executable(), ...words], {
    cwd: server.folder,
    env: { ...process.env, LONGSTOP_ADMIN_KEY: server.key, LONGSTOP_URL: server.adminUrl },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stdout, stderr };
}

test("a backup under load, restored elsewhere, serves every event acknowledged before it began, once", async () => {
  const server = await started();
  await server.start();
  const before = new Map<string, string>();
  for (let count = 0; count < 60; count++) {
    const id = `before-${count}`;
    const filling = "x".repeat(200_000);
    before.set(id, await accepted(server, "plain", { id, connection: `c${count % 3}`, filling }));
  }
  const kept = join(folder, "kept");
  await mkdir(kept);

  const load = { going: true, acknowledged: 0 };
  const making = longstop(server, "backup", "--to", kept, "--json").finally(() => {
    load.going = false;
  });
  while (load.going) {
    const id = `during-${load.acknowledged}`;
    await accepted(server, "plain", { id, connection: "c0" });
    load.acknowledged++;
  }
  const { code, stdout } = await making;

  expect(code).toBe(0);
  expect(load.acknowledged).toBeGreaterThan(0);
  const { file } = JSON.parse(stdout) as { file: string };
  expect(await readdir(kept)).toEqual([file.slice(kept.length + 1)]);
  const audit = await longstop(server, "audit", "--json");
  expect(JSON.parse(audit.stdout).data).toMatchObject([
    { action: "POST /v1/backup", outcome: "succeeded", peer: "127.0.0.1" },
  ]);
  // Not onto a journal that is there, let alone one that is in use.
  const over = await longstop(server, "restore", file, "--data", server.dataDir);
  expect([over.code, over.stderr]).toEqual([6, expect.stringContaining("Stop it first")]);
  expect(await server.stop()).toBe(0);
  const there = await longstop(server, "restore", file, "--data", server.dataDir);
  expect([there.code, there.stderr]).toEqual([6, expect.stringContaining("not overwritten")]);

  const other = await started();
  const restored = await longstop(other, "restore", file, "--data", other.dataDir);
  expect([restored.code, restored.stderr]).toEqual([0, ""]);
  await other.start();
  const rows = await other.list<EventJson>("/v1/events");
  const ids = new Map(rows.map(({ dedupeKey, id }) => [dedupeKey, id]));
  expect([...before].filter(([sent, id]) => ids.get(sent) !== id)).toEqual([]);
  const again = (await (await post(other, "plain", { id: "before-7" })).json()) as Receipt;
  expect(again.events).toEqual([{ id: before.get("before-7") ?? "", duplicate: true }]);
  expect(await accepted(other, "plain", { id: "after", connection: "c1" })).toStartWith("evt_");
}, 90_000);

test.skipIf(!mounted)(
  "a backup for which there is no room is refused, leaves nothing behind, and receiving goes on",
  async () => {
    const server = await started(join(disk, "data"));
    await server.start();
    for (let count = 0; count < 60; count++)
      await accepted(server, "plain", { id: `large-${count}`, filling: "x".repeat(200_000) });
    const ballast = join(disk, "ballast");
    const { bavail, bsize } = await statfs(disk);
    // Enough for receiving, and less than the twelve of the journal.
    await writeFile(ballast, new Uint8Array(bavail * bsize - 8 * 2 ** 20));

    const refused = await longstop(server, "backup");

    expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining("MiB free")]);
    expect(await readdir(join(disk, "data/backups"))).toEqual([]);
    expect(await accepted(server, "plain", { id: "meanwhile" })).toStartWith("evt_");
    await rm(ballast);
    const made = await longstop(server, "backup", "--json");
    expect(made.code).toBe(0);
    expect(await readdir(join(disk, "data/backups"))).toHaveLength(1);
    expect(await server.stop()).toBe(0);
  },
  90_000,
);
