import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchFolder } from "../../src/cli/bench/disk.ts";
import { isWhole } from "../../src/cli/bench/report.ts";
import { listeningIn } from "../../src/cli/bench/server.ts";
import { Acknowledged, verify } from "../../src/cli/bench/verify.ts";
import { bench } from "../../src/cli/bench.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { type Io, systemIo } from "../../src/cli/io.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longstop-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The real clock and disk, and what was printed. */
function captured(): { io: Io; stdout: () => string; interrupt: () => void } {
  const written: string[] = [];
  const heard = new Set<() => void>();
  const io: Io = {
    ...systemIo(),
    stdout: (bytes) => void written.push(String(bytes)),
    stderr: () => {},
    cwd: folder,
    onInterrupt: (fire) => {
      heard.add(fire);
      return () => void heard.delete(fire);
    },
  };
  const interrupt = (): void => {
    for (const fire of heard) fire();
  };
  return { io, stdout: () => written.join(""), interrupt };
}

const options = { verify: true, seconds: 1, clients: 4, json: true };

describe("bench", () => {
  test("a server that is killed under load has lost nothing, and nothing of it is left behind", async () => {
    const { io, stdout } = captured();

    expect(await bench({ ...options, data: folder }, io)).toBe(EXIT.OK);

    const findings = JSON.parse(stdout());
    expect(findings).toMatchObject({ clients: 4, refused: 0, broken: 0, ok: true });
    expect(findings.acknowledged).toBeGreaterThan(0);
    expect(findings.verified).toMatchObject({ missing: 0, twice: 0, strange: 0 });
    const { found, acknowledged, unanswered } = findings.verified;
    expect(found).toBe(acknowledged + unanswered);
    expect(await readdir(folder)).toEqual([]);
  }, 60_000);

  test("interrupted, it removes what it made and says so by its exit code", async () => {
    const { io, interrupt } = captured();
    const ended = bench({ ...options, seconds: 600, data: folder }, io);
    while ((await readdir(folder)).length === 0)
      await new Promise((resolve) => setImmediate(resolve));

    interrupt();

    expect(await ended).toBe(EXIT.INTERRUPTED);
    expect(await readdir(folder)).toEqual([]);
  }, 60_000);

  test("the disk measured is that of the nearest folder that exists", async () => {
    const { io } = captured();
    expect(await benchFolder(join(folder, "not", "yet"), io)).toBe(folder);
    expect(await benchFolder(null, { ...io, env: { LONGSTOP_DATA: folder } })).toBe(folder);
    expect(await benchFolder(null, { ...io, env: {} })).toBe(folder);
  });

  test("where a server listens is read from what it prints", () => {
    const words =
      "longstop 1.0.0 receives at http://127.0.0.1:4001/in/<source> and answers operators at http://127.0.0.1:4002\n";
    expect(listeningIn(`a warning\n${words}`)).toEqual({
      host: "127.0.0.1",
      publicPort: 4001,
      adminUrl: "http://127.0.0.1:4002",
    });
    expect(listeningIn("longstop cannot start")).toBeNull();
  });
});

describe("reading back", () => {
  const key = (index: number): string => `evt_${String(index).padStart(10, "0")}`;
  const listing = (keys: readonly string[]) => ({
    page: async (_path: string, query: { readonly cursor?: unknown }) => {
      const from = Number(query.cursor ?? 0);
      const rows = keys.slice(from, from + 2).map((dedupeKey) => ({ dedupeKey }));
      return { rows, nextCursor: from + 2 < keys.length ? String(from + 2) : null };
    },
  });
  const three = (): Acknowledged => {
    const acknowledged = new Acknowledged();
    for (const index of [0, 2, 3_000_000]) acknowledged.add(index);
    return acknowledged;
  };
  const whole = [key(3_000_000), key(2), key(0)];

  test("everything acknowledged is there, over several pages", async () => {
    const verdict = await verify(listing(whole), "bench", three(), () => {});
    expect(verdict).toEqual({
      found: 3,
      missing: 0,
      twice: 0,
      unanswered: 0,
      strange: 0,
      examples: [],
    });
    expect(isWhole({ verified: { ...verdict, acknowledged: 3, restartMs: 1 } })).toBe(true);
  });

  test.each([
    ["one that is missing", whole.slice(1), { missing: 1, examples: [3_000_000] }],
    ["one that is there twice", [...whole, key(2)], { twice: 1 }],
    ["one that was never sent", [...whole, "evt_other"], { strange: 1 }],
  ])("%s is a fault", async (_what, keys, expected) => {
    const verdict = await verify(listing(keys), "bench", three(), () => {});
    expect(verdict).toMatchObject(expected);
    expect(isWhole({ verified: { ...verdict, acknowledged: 3, restartMs: 1 } })).toBe(false);
  });

  test("one whose answer was cut off may be there, and is counted apart", async () => {
    const verdict = await verify(listing([...whole, key(1)]), "bench", three(), () => {});
    expect(verdict).toMatchObject({ found: 4, missing: 0, unanswered: 1 });
    expect(isWhole({ verified: { ...verdict, acknowledged: 3, restartMs: 1 } })).toBe(true);
  });
});
