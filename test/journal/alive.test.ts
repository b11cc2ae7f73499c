import { afterAll, expect, test } from "bun:test";
import { keepSigning, lastAliveAt, SIGN_OF_LIFE_MS, signLife } from "../../src/journal/alive.ts";
import { intake, T0 } from "../support/intake.ts";
import { Folders, LogDesk } from "../support/log-desk.ts";
import { SimClock } from "../support/sim-clock.ts";

const folders = new Folders();
afterAll(() => folders.remove());

test("a new log was never alive; then its last entry or a later sign says when it was", () => {
  const log = new LogDesk(folders.make());
  expect(lastAliveAt(log.db)).toBeNull();
  log.commit(intake(["a", "b"]));
  expect(lastAliveAt(log.db)).toBe(T0);

  log.writer.beside(0, () => signLife(log.db, log.writer.head, T0 + 60_000));
  expect(lastAliveAt(log.db)).toBe(T0 + 60_000);
  // Written after the sign, by a clock that went back: it is what was there last.
  log.commit(intake(["c"], { at: T0 + 5 }));
  expect(lastAliveAt(log.db)).toBe(T0 + 5);
  log.close();
});

test("a sign of life takes no place of the log", () => {
  const log = new LogDesk(folders.make());
  log.commit(intake(["a"]));
  log.writer.beside(0, () => signLife(log.db, log.writer.head, T0 + 60_000));
  expect(log.commit(intake(["b"]))).toEqual(["new 2"]);
  log.close();
});

test("signs come once a minute, also after one that failed, until they are stopped", async () => {
  const clock = new SimClock();
  const signs: number[] = [];
  const stop = keepSigning(clock, (at) => {
    signs.push(at);
    return Promise.reject(new Error("the disk is full"));
  });
  const begun = clock.now();
  await clock.advance(2 * SIGN_OF_LIFE_MS);
  stop();
  await clock.advance(5 * SIGN_OF_LIFE_MS);
  expect(signs).toEqual([begun + SIGN_OF_LIFE_MS, begun + 2 * SIGN_OF_LIFE_MS]);
});
