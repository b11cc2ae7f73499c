import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Server } from "../support/executable.ts";
import { accepted, SOURCE_KEYS, settled } from "../support/posting.ts";
import type { ConnectionJson, EventJson } from "../support/rows.ts";

/** The team's code at its worst. Each kind is one that a test below waits for. */
const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({
  handlers: { hosts: 2, memory: "192MiB" },
  sources: {
    team: {${SOURCE_KEYS}
      timeout: "1s",
      retry: { attempts: 2, base: "50ms", factor: 1, jitter: "none" },
      onEvent: (event, ctx) => {
        ctx.state.handled = [...(ctx.state.handled ?? []), event.data.id];
        switch (event.data.kind) {
          case "loops": for (;;) {}
          case "waits": return new Promise(() => {});
          case "throws": throw new Error("as asked");
          case "throws-nothing": throw undefined;
          case "memory": { const kept = []; for (;;) kept.push(new Uint8Array(2 ** 20).fill(1)); }
          case "exits": process.exit(0);
          case "aborts": process.kill(process.pid, "SIGKILL");
          case "rejects": return new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 200));
          case "rejects-behind": void Promise.resolve().then(() => Bun.sleep(100)).then(() => { throw new Error("nobody waits for me"); }); return;
          case "throws-behind": setTimeout(() => { throw new Error("nobody catches me"); }, 100); return;
        }
      },
    },
  },
});`;

const NEIGHBOURS = 6;
/** Whatever a neighbour does, receiving goes on: no answer takes longer than this on a busy machine. */
const ANSWER_MS_MAX = 2_500;

let server: Server;
beforeAll(async () => {
  server = await Server.create({ config: CONFIG });
  await server.start();
}, 60_000);
afterAll(() => server.remove());

describe("a handler hurts its own event only", () => {
  test.each([
    ["loops", "for ever is timed out", /timeout/],
    ["waits", "for ever is timed out", /timeout/],
    ["throws", "an error fails", /threw/],
    ["throws-nothing", "nothing at all fails", /threw/],
    ["memory", "exhausts memory and fails", /memory|exited/],
    ["exits", "ends its process and fails", /exited/],
    ["aborts", "is killed and fails", /exited|memory/],
    ["rejects", "late fails", /threw/],
  ])(
    "one that %s %s; its followers and its neighbours are served",
    async (kind, _, code) => {
      const neighbours = startNeighbours(kind);
      const guilty = await accepted(server, "team", {
        id: `${kind}-guilty`,
        connection: kind,
        kind,
      });
      const follower = await accepted(server, "team", {
        id: `${kind}-follower`,
        connection: kind,
        kind: "fine",
      });

      const event = await settled(server, guilty, 20_000);
      expect(event.status).toBe("failed");
      expect(event.attempts).toBe(2);
      expect(event.error?.code ?? "").toMatch(code);
      expect(await settled(server, follower)).toMatchObject({ status: "completed", attempts: 1 });
      const { state } = await server.read<ConnectionJson>(`/v1/connections/team/${kind}`);
      expect(state).toEqual({ handled: [`${kind}-follower`] });
      await neighbours.check();
    },
    40_000,
  );

  test.each(["rejects-behind", "throws-behind"])(
    "one that %s its own back is settled; nobody else is",
    async (kind) => {
      const neighbours = startNeighbours(kind);
      const guilty = await accepted(server, "team", {
        id: `${kind}-guilty`,
        connection: kind,
        kind,
      });

      expect((await settled(server, guilty)).status).not.toBe("pending");
      const follower = await accepted(server, "team", {
        id: `${kind}-follower`,
        connection: kind,
        kind: "fine",
      });
      expect(await settled(server, follower)).toMatchObject({ status: "completed" });
      await neighbours.check();
    },
    30_000,
  );

  test("all of them at once leave the process standing and every event settled", async () => {
    const kinds = ["loops", "throws", "memory", "exits", "aborts", "rejects", "rejects-behind"];
    const neighbours = startNeighbours("all");
    const guilty = await Promise.all(
      kinds.map((kind) =>
        accepted(server, "team", { id: `all-${kind}`, connection: `all-${kind}`, kind }),
      ),
    );

    for (const id of guilty)
      expect((await settled(server, id, 40_000)).status).toBeOneOf(["failed", "completed"]);
    await neighbours.check();
    expect(server.running).toBe(true);
  }, 60_000);
});

/** Good events on other connections, before, during and after. */
function startNeighbours(name: string): { check(): Promise<void> } {
  const ids: string[] = [];
  let slowest = 0;
  let ending = false;
  const send = async (): Promise<void> => {
    for (let count = 0; !ending; count++) {
      const connection = `${name}-neighbour-${count % NEIGHBOURS}`;
      const began = performance.now();
      ids.push(
        await accepted(server, "team", { id: `${connection}-${count}`, connection, kind: "fine" }),
      );
      slowest = Math.max(slowest, performance.now() - began);
      await Bun.sleep(25);
    }
  };
  const sending = send();
  return {
    async check() {
      ending = true;
      await sending;
      const events: EventJson[] = [];
      for (const id of ids) events.push(await settled(server, id));
      expect(
        events.filter(({ status, attempts }) => status !== "completed" || attempts !== 1),
      ).toEqual([]);
      expect(slowest).toBeLessThan(ANSWER_MS_MAX);
    },
  };
}
