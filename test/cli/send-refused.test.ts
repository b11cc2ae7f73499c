import { afterEach, beforeEach, expect, test } from "bun:test";
import { err } from "../../src/base/result.ts";
import { EXIT } from "../../src/cli/exit.ts";
import { problem } from "./fake-api.ts";
import { configured, type FakeReceiver, fakeReceiver, sender, source } from "./fake-receiver.ts";

let receiver: FakeReceiver;
beforeEach(() => {
  receiver = fakeReceiver();
});
afterEach(() => receiver.stop());

test("which source is meant must be clear", async () => {
  const two = configured(
    receiver.port,
    source("a", "github", "s"),
    source("b", "github", "s"),
    source("c", "stripe", "s"),
  );
  const pipe = sender(two);
  expect(await pipe.run("send", "github", "push")).toBe(EXIT.USAGE);
  expect(pipe.stderr()).toContain("--source: a, b");
  expect(await sender(two).run("send", "github", "push", "--source", "b")).toBe(EXIT.OK);
  expect(receiver.posts[0]?.path).toBe("/in/b");
  expect(await sender(two).run("send", "github", "push", "--source", "c")).toBe(EXIT.USAGE);
  expect(await sender(two).run("send", "github", "push", "--source", "zzz")).toBe(EXIT.NOT_FOUND);
  expect(await sender(two).run("send", "github", "push", "--source", "constructor")).toBe(
    EXIT.NOT_FOUND,
  );
  expect(await sender(two).run("send", "standard-webhooks", "x")).toBe(EXIT.USAGE);
});

test("an unknown provider or type is told with what there is", async () => {
  const pipe = sender(configured(receiver.port, source("repo", "github", "s")));
  expect(await pipe.run("send", "githbu", "push")).toBe(EXIT.USAGE);
  expect(pipe.stderr()).toContain("Did you mean github?");
  expect(await pipe.run("send", "github", "Not A Type!")).toBe(EXIT.USAGE);
  expect(receiver.posts).toHaveLength(0);
});

test("without a type the types are listed; with --source the first of them is sent", async () => {
  const here = configured(receiver.port, source("repo", "github", "s"));
  const lists = sender(here);
  expect(await lists.run("send", "github")).toBe(EXIT.OK);
  expect(receiver.posts).toHaveLength(0);
  expect(await sender(here).run("send", "github", "--source", "repo")).toBe(EXIT.OK);
  expect(receiver.posts).toHaveLength(1);
});

test("a type that no sample is made of is sent, and its likely spelling named", async () => {
  const here = configured(receiver.port, source("repo", "github", "s"));
  const pipe = sender(here);
  expect(await pipe.run("send", "github", "issues.openned")).toBe(EXIT.OK);
  expect(pipe.stderr()).toContain("Did you mean issues.opened?");
  const right = sender(here);
  expect(await right.run("send", "github", "issues.opened")).toBe(EXIT.OK);
  expect(right.stderr()).toBe("");
});

test("a signature that is refused is told with whose secret differs, and where the request is", async () => {
  receiver.answer(() => problem(401, "signature_mismatch", "no"));
  const here = configured(receiver.port, source("repo", "github", "s"));
  const own = sender(here);
  await own.run("send", "github", "push");
  expect(own.stderr()).toContain("reload it");
  expect(own.stderr()).toContain("longstop quarantine --source repo");
  const given = sender(here);
  await given.run("send", "github", "push", "--secret", "other");
  expect(given.stderr()).toContain("than the one given with --secret");
});

test("an answer that is no acceptance decides the exit code and is shown", async () => {
  const expected: readonly [number, string, number][] = [
    [401, "signature_mismatch", EXIT.FAILED],
    [404, "unknown_source", EXIT.NOT_FOUND],
    [429, "too_many_requests", EXIT.UNAVAILABLE],
    [503, "disk_full", EXIT.UNAVAILABLE],
  ];
  for (const [status, code, exit] of expected) {
    receiver.answer(() => problem(status, code, "why \u001b[2J"));
    const pipe = sender(configured(receiver.port, source("repo", "github", "s")));
    expect(await pipe.run("send", "github", "push")).toBe(exit);
    expect(pipe.stdout()).toContain(`✗ ${status} ${code} why ␛[2J`);
  }
});

test("no server, or a faulty configuration, ends it with the way on", async () => {
  const gone = configured(receiver.port, source("repo", "github", "s"));
  receiver.stop();
  const pipe = sender(gone);
  expect(await pipe.run("send", "github", "push")).toBe(EXIT.UNREACHABLE);
  expect(pipe.stderr()).toContain("longstop dev");
  const faulty = sender(async () =>
    err([{ path: "sources.a", given: null, allowed: "", message: "is missing" }]),
  );
  expect(await faulty.run("send", "github", "push")).toBe(EXIT.FAILED);
  expect(faulty.stderr()).toContain("sources.a: is missing");
});
