import { afterAll, describe, expect, test } from "bun:test";
import { startThread } from "../../src/base/self.ts";
import type { ReadRefused } from "../../src/journal/journal.ts";
import { ReaderClient, type ReaderThread } from "../../src/journal/threads/reader-client.ts";
import { ThreadClient, ThreadError } from "../../src/journal/threads/rpc.ts";
import { intake } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";

const folders = new Folders();
afterAll(() => folders.remove());

const dead = new ThreadError("ThreadDead", null, "thread ended");
const refusal = (code: string) => new ThreadError("ReadRefused", code, "no");

/** A client whose threads answer, each from its own list. */
function client(...threads: (readonly unknown[])[]): {
  reader: ReaderClient;
  restarts: string[];
  started(): number;
} {
  let started = 0;
  const restarts: string[] = [];
  const start = async (): Promise<ReaderThread> => {
    const answers = [...(threads[started++] ?? [])];
    const call = async (): Promise<never> => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer as never;
    };
    return { call, terminate: () => {} };
  };
  const reader = new ReaderClient({
    start,
    ready: async () => {},
    restarted: (reason) => void restarts.push(reason),
    damaged: () => {},
  });
  return { reader, restarts, started: () => started };
}

describe("a read through a thread that dies", () => {
  test("is asked again of the next one, and nobody notices", async () => {
    const { reader, restarts } = client([dead], ["answer"]);

    expect(await reader.read("keys", [])).toBe("answer");
    expect(restarts).toEqual(["thread ended"]);
  });

  test("is refused as slow when it ends a second one; the next read has a third", async () => {
    const { reader, restarts } = client([dead], [dead], ["answer"]);

    expect(await reader.read("events", []).catch((error: unknown) => error)).toMatchObject({
      name: "ReadRefused",
      code: "slow",
    });
    expect(await reader.read("keys", [])).toBe("answer");
    expect(restarts.length).toBe(2);
  });

  test("of several that saw it die, only the first starts the next", async () => {
    const { reader, started } = client([dead, dead, dead], ["a", "b", "c"]);
    const answers = await Promise.all([1, 2, 3].map(() => reader.read("keys", [])));

    expect(answers).toEqual(["a", "b", "c"]);
    expect(started()).toBe(2);
  });

  test("what a read refuses is told, by its code, and costs no thread", async () => {
    const { reader, started } = client([refusal("bad_cursor"), refusal("behind")]);
    const codes = [];
    for (let tries = 0; tries < 2; tries++)
      codes.push(await reader.read("events", []).catch((error: ReadRefused) => error.code));

    expect(codes).toEqual(["bad_cursor", "behind"]);
    expect(started()).toBe(1);
  });
});

test("a real thread that is ended in the middle is replaced, with its files open", async () => {
  const folder = folders.make();
  const desk = new LogDesk(folder);
  desk.commit(intake(["a"]));
  desk.apply();
  const workers: Worker[] = [];
  const start = async (): Promise<ThreadClient> => {
    const worker = startThread("journal/reader-thread.ts");
    workers.push(worker);
    const thread = new ThreadClient(
      worker,
      () => {},
      () => {},
    );
    await thread.call("open", [folder]);
    return thread;
  };
  const reader = new ReaderClient({
    start,
    ready: async () => {},
    restarted: () => {},
    damaged: () => {},
  });
  const read = (): Promise<unknown> => reader.read("events", [{}, { limit: 5, cursor: null }]);
  expect(await read()).toMatchObject({ rows: [{ dedupeKey: "a" }] });

  workers[0]?.terminate();
  expect(await read()).toMatchObject({ rows: [{ dedupeKey: "a" }] });

  expect(workers.length).toBe(2);
  await reader.close();
});
