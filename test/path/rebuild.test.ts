import { afterEach, describe, expect, test } from "bun:test";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { executable, Server } from "../support/executable.ts";
import { accepted, post, SOURCE_KEYS, settled } from "../support/posting.ts";
import { until } from "../support/processes.ts";
import type { ConnectionJson, EventJson, Receipt } from "../support/rows.ts";

const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({
  sources: {
    plain: {${SOURCE_KEYS}
      retry: { attempts: 1 },
      onEvent: (event, ctx) => {
        if (event.data.bad) ctx.fail("as asked");
        if (event.data.skip) ctx.skip("not for us");
        ctx.state.ids = [...(ctx.state.ids ?? []), event.id];
      },
    },
  },
});`;

let server: Server;
afterEach(() => server.remove());

/** Everything that the API tells of events and connections. */
async function told(): Promise<unknown> {
  return {
    events: await server.list<EventJson>("/v1/events"),
    connections: await server.list<ConnectionJson>("/v1/connections"),
  };
}

async function withEvents(): Promise<void> {
  server = await Server.create({ config: CONFIG });
  await server.start();
  const ids: string[] = [];
  for (let count = 0; count < 60; count++) {
    const more = { connection: `c-${count % 7}`, bad: count % 11 === 0, skip: count % 13 === 0 };
    ids.push(await accepted(server, "plain", { id: `event-${count}`, ...more }));
  }
  for (const id of ids) await settled(server, id);
}

describe("what can be derived is derived again", () => {
  test.each(["missing", "cut short", "overwritten"])(
    "a projection that is %s is rebuilt at the start, to the same answers",
    async (damage) => {
      await withEvents();
      const before = await told();
      await server.stop();

      await harm(join(server.dataDir, "index.db"), damage);
      await server.start();

      expect(await told()).toEqual(before);
      const again = await post(server, "plain", { id: "event-1", connection: "c-1" });
      expect(((await again.json()) as Receipt).events[0]?.duplicate).toBe(true);
      expect(
        await settled(server, await accepted(server, "plain", { id: "new", connection: "c-1" })),
      ).toMatchObject({ status: "completed" });
    },
    40_000,
  );

  test("after a kill it is rebuilt as well", async () => {
    await withEvents();
    const before = await told();
    await server.kill();

    await harm(join(server.dataDir, "index.db"), "missing");
    await server.start();

    expect(await told()).toEqual(before);
  }, 40_000);

  test("damaged under a running server, it ends the process, and the next start makes it anew: nothing acknowledged is missing", async () => {
    await withEvents();

    await harm(join(server.dataDir, "index.db"), "overwritten while it is open");
    const taken: string[] = [];
    for (let count = 0; count < 5_000 && server.running; count++) {
      const thing = { id: `later-${count}`, connection: `c-${count % 7}` };
      // Refused or cut off: the process is ending, and a provider would come again.
      const answer = await post(server, "plain", thing).catch(() => null);
      const receipt = answer?.ok ? ((await answer.json()) as Receipt) : null;
      taken.push(...(receipt?.events.map(({ id }) => id) ?? []));
      if (count % 20 === 19) await server.list("/v1/connections").catch(() => null);
    }
    expect(await server.exited()).not.toBe(0);
    await server.start();

    const events = await server.list<EventJson>("/v1/events?source=plain");
    expect(events.map(({ id }) => id)).toEqual(expect.arrayContaining(taken));
    for (const { id } of events) expect((await settled(server, id)).status).not.toBe("pending");
  }, 40_000);

  test("`doctor --rebuild` does it by hand, and refuses while a server runs", async () => {
    await withEvents();
    const before = await told();
    expect(await doctor()).not.toBe(0);
    await server.stop();

    expect(await doctor()).toBe(0);

    await server.start();
    expect(await told()).toEqual(before);
  }, 40_000);
});

async function harm(file: string, damage: string): Promise<void> {
  const siblings = (await readdir(server.dataDir)).filter((name) => name.startsWith("index.db-"));
  // Whoever has it open reads the newest pages from beside it.
  if (damage === "overwritten while it is open") return overwrite(`${file}-wal`, 32);
  for (const name of siblings) await rm(join(server.dataDir, name));
  if (damage === "missing") return rm(file);
  if (damage === "overwritten") return overwrite(file, 4096);
  const handle = await open(file, "r+");
  await handle.truncate(Math.floor((await handle.stat()).size / 2));
  await handle.close();
}

async function overwrite(file: string, from: number): Promise<void> {
  const handle = await open(file, "r+");
  const { size } = await handle.stat();
  expect(size).toBeGreaterThan(from);
  await handle.write(new Uint8Array(size - from).fill(0x5a), 0, size - from, from);
  await handle.close();
}

async function doctor(): Promise<number> {
  const command = [
    await executable(),
    "doctor",
    "--rebuild",
    "--config",
    join(server.folder, "longstop.config.ts"),
    "--data",
    server.dataDir,
  ];
  const child = Bun.spawn(command, { cwd: server.folder, stdout: "ignore", stderr: "ignore" });
  let code: number | null = null;
  void child.exited.then((ended) => {
    code = ended;
  });
  await until("the doctor is done", 20_000, () => code !== null);
  return code ?? -1;
}
