import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "../support/executable.ts";
import { post, SOURCE_KEYS } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import type { EventJson, Receipt } from "../support/rows.ts";

/** A real file system that is small: only root may mount one, and not in every container. */
const folder = await mkdtemp(join(tmpdir(), "longstop-disk-"));
const disk = join(folder, "disk");
await mkdir(disk);
const mounted = mount("-t", "tmpfs", "-o", "size=40m", "tmpfs", disk);
if (!mounted) console.log("skipped: a full disk (a small file system cannot be mounted here)");

function mount(...args: string[]): boolean {
  try {
    return Bun.spawnSync(["mount", ...args], { stderr: "ignore" }).success;
  } catch {
    return false; // No such command on this system.
  }
}

const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({ sources: { plain: {${SOURCE_KEYS} onEvent: () => {} } } });`;

let server: Server | undefined;
afterAll(async () => {
  await server?.remove();
  if (mounted) Bun.spawnSync(["umount", disk]);
  await rm(folder, { recursive: true, force: true });
});

test.skipIf(!mounted)(
  "a full disk is answered 503, nothing acknowledged is lost, and it comes back by itself once there is room",
  async () => {
    const ballast = join(disk, "ballast");
    await writeFile(ballast, new Uint8Array(12 * 2 ** 20));
    server = await Server.create({ config: CONFIG, dataDir: join(disk, "data") });
    await server.start();
    const acknowledged = new Map<string, string>();

    const refused = await fill(server, acknowledged);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(refused.headers.get("content-type")).toStartWith("application/problem+json");
    expect((await fetch(`${server.publicUrl}/healthz`)).status).toBe(200);
    expect(server.running).toBe(true);

    await rm(ballast);
    const after = server;
    await until(
      "it takes requests again",
      30_000,
      async () => (await post(after, "plain", { id: "after" })).status === 202,
    );
    await until(
      "it is ready again",
      30_000,
      async () => (await fetch(`${after.adminUrl}/readyz`)).status === 200,
    );
    await until(
      "all is settled",
      30_000,
      async () =>
        (await after.read<{ data: unknown[] }>("/v1/events?status=pending&limit=1")).data.length ===
        0,
    );

    const ids = new Map(
      (await server.list<EventJson>("/v1/events")).map(({ dedupeKey, id }) => [dedupeKey, id]),
    );
    expect([...acknowledged].filter(([sent, id]) => ids.get(sent) !== id)).toEqual([]);
    expect(await server.stop()).toBe(0);
  },
  120_000,
);

/** Sends large events until one is refused; answers the refusal. */
async function fill(server: Server, acknowledged: Map<string, string>): Promise<Response> {
  for (let count = 0; count < 5_000; count++) {
    const id = `event-${count}`;
    const answer = await post(server, "plain", {
      id,
      connection: `c-${count % 5}`,
      filling: "x".repeat(48 * 1024),
    });
    if (answer.status !== 202) return answer;
    const receipt = (await answer.json()) as Receipt;
    acknowledged.set(id, receipt.events[0]?.id ?? "");
  }
  throw new Error("the disk was never full");
}
