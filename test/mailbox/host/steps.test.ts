import { expect, test } from "bun:test";
import { FakePool, verdictOf } from "../../support/handlers/fake-pool.ts";

test("a step's result is given to the handler only once it is journaled", async () => {
  const world = await new FakePool(1).started();
  const commit = Promise.withResolvers<void>();

  const job = world.run("steps", {}, () => commit.promise);
  await world.clock.advance(500);
  const before = verdictOf(job);
  commit.resolve();
  await world.clock.advance(50);

  expect(before).toBeNull();
  expect(verdictOf(job)).toBe("completed");
});

test("a run that goes to another host brings the step that it journaled in the first", async () => {
  const world = await new FakePool(1).started();
  const journaled: string[] = [];

  const job = world.run(
    "steps-then-exits",
    {},
    async (name, result) => void journaled.push(`${name}=${result}`),
  );
  world.run("slow");
  await world.clock.advance(3_000);

  expect(journaled).toEqual(['only="done"']);
  expect(verdictOf(job)).toBe("completed");
});

test("a run whose host dies while its step is being journaled waits for that before it runs again", async () => {
  const world = await new FakePool(1).started();
  const commit = Promise.withResolvers<void>();
  let asked = 0;
  const job = world.run("steps", {}, () => {
    asked++;
    return commit.promise;
  });
  world.run("slow");
  await world.clock.advance(10);

  world.fakes.hosts[0]?.exit({ code: 1, signal: null });
  await world.clock.advance(2_000);
  const while_ = verdictOf(job);
  commit.resolve();
  await world.clock.advance(2_000);

  expect(while_).toBeNull();
  expect(verdictOf(job)).toBe("completed");
  expect(asked).toBe(1);
});

test("a step that the journal refuses is told to the handler as refused", async () => {
  const world = await new FakePool(1).started();
  const job = world.run("hangs", {}, () => Promise.reject(new Error("the journal is closed")));
  await world.clock.advance(10);
  const host = world.fakes.hosts[0];
  const refusals: unknown[] = [];
  if (host !== undefined) host.send = (message) => refusals.push(...message.stepped);

  host?.say({ steps: [[1, 7, "only", "1"]] });
  await world.clock.settle();

  expect(refusals).toEqual([[1, 7, "the journal is closed"]]);
  expect(verdictOf(job)).toBeNull();
});
