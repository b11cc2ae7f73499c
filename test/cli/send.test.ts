import { afterEach, beforeEach, expect, test } from "bun:test";
import { Webhooks } from "@octokit/webhooks";
import { EXIT } from "../../src/cli/exit.ts";
import { presets } from "../../src/providers/index.ts";
import {
  configured,
  configuredAs,
  type FakeReceiver,
  fakeReceiver,
  sender,
  source,
} from "./fake-receiver.ts";

let receiver: FakeReceiver;
beforeEach(() => {
  receiver = fakeReceiver();
});
afterEach(() => receiver.stop());

const verify = (secret: string, body: string, signature: string): Promise<boolean> =>
  new Webhooks({ secret }).verify(body, signature);

test("a sample is signed with the source's secret and posted to its path", async () => {
  const pipe = sender(configured(receiver.port, source("repo", "github", "s3cret")));

  expect(await pipe.run("send", "github", "push")).toBe(EXIT.OK);

  const [post] = receiver.posts;
  expect(post?.path).toBe("/in/repo");
  expect(post?.headers.get("x-github-event")).toBe("push");
  expect(
    await verify("s3cret", post?.body ?? "", post?.headers.get("x-hub-signature-256") ?? ""),
  ).toBe(true);
  expect(pipe.stdout()).toBe("✓ 202 accepted  evt_1\n");
});

test("--secret signs instead, also in place of the secrets inside a scheme", async () => {
  const pipe = sender(configured(receiver.port, source("repo", "github", "old")));
  await pipe.run("send", "github", "push", "--secret", "new");
  expect(
    await verify(
      "new",
      receiver.posts[0]?.body ?? "",
      receiver.posts[0]?.headers.get("x-hub-signature-256") ?? "",
    ),
  ).toBe(true);

  const crm = source("crm", "custom", "unused", {
    verify: {
      scheme: "any",
      of: [{ scheme: "bearer", header: "authorization", prefix: "Bearer ", secrets: ["inside"] }],
    },
    event: {
      items: null,
      id: "/id",
      type: "/type",
      connection: null,
      occurredAt: null,
      sequence: null,
      dedupe: "id",
    },
  });
  const type = presets.find(({ name }) => name === "custom")?.sampleTypes[0] ?? "event";
  expect(
    await sender(configured(receiver.port, crm)).run("send", "custom", type, "--secret", "given"),
  ).toBe(EXIT.OK);
  expect(receiver.posts[1]?.headers.get("authorization")).toBe("Bearer given");
});

test("so many are sent, each with an id of its own; one id again is a duplicate", async () => {
  const pipe = sender(configured(receiver.port, source("repo", "github", "s")));
  expect(await pipe.run("send", "github", "push", "--count", "3")).toBe(EXIT.OK);
  expect(new Set(receiver.posts.map(({ headers }) => headers.get("x-github-delivery"))).size).toBe(
    3,
  );
  expect(pipe.stderr()).toContain("3 of 3 requests accepted");

  const again = sender(configured(receiver.port, source("repo", "github", "s")));
  receiver.posts.length = 0;
  await again.run("send", "github", "push", "--count", "2", "--id", "same");
  expect(receiver.posts.map(({ headers }) => headers.get("x-github-delivery"))).toEqual([
    "same",
    "same",
  ]);
  expect(again.stdout()).toContain("duplicate of evt_1");
});

test("--json is one object a request", async () => {
  const pipe = sender(configured(receiver.port, source("repo", "github", "s")));
  await pipe.run("send", "github", "push", "--count", "2", "--json");
  const lines = pipe
    .stdout()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({ status: 202, answer: { status: "accepted" } });
});

test("every type that a preset lists can be sent", async () => {
  for (const preset of presets) {
    for (const type of preset.sampleTypes) {
      const one = source(
        "one",
        preset.name,
        `whsec_${btoa("0123456789abcdef0123456789abcdef")}`,
        preset.name === "custom" ? { verify: { scheme: "none" } } : {},
      );
      expect(await sender(configured(receiver.port, one)).run("send", preset.name, type)).toBe(
        EXIT.OK,
      );
    }
  }
});

test("without a type it lists those it can make, and sends nothing", async () => {
  const pipe = sender(configured(receiver.port));
  expect(await pipe.run("send", "github")).toBe(EXIT.OK);
  expect(pipe.stdout().split("\n")).toContain("push");
  expect(receiver.posts).toHaveLength(0);
});

test("without a configuration a made-up secret does for `dev`, and that is said", async () => {
  for (const preset of presets) {
    const pipe = sender(null);
    const type = preset.sampleTypes[0] ?? "";
    expect(
      await pipe.run("send", preset.name, type, "--to", `http://127.0.0.1:${receiver.port}`),
    ).toBe(EXIT.OK);
    expect(pipe.stderr()).toContain("made-up secret");
    expect(receiver.posts.at(-1)?.path).toBe(`/in/${preset.name}`);
  }
});

test("--to with a path is taken as it is", async () => {
  await sender(null).run(
    "send",
    "github",
    "push",
    "--to",
    `http://127.0.0.1:${receiver.port}/proxy/in/x`,
    "--secret",
    "s",
  );
  expect(receiver.posts[0]?.path).toBe("/proxy/in/x");
});

test("where publicUrl is configured, the sample is signed for it and still posted here", async () => {
  const pay = source("pay", "square", "s3cret");
  const pipe = sender(configuredAs("https://hooks.example.com", receiver.port, pay));

  expect(await pipe.run("send", "square", "payment.created")).toBe(EXIT.OK);

  const [post] = receiver.posts;
  const signed = `https://hooks.example.com/in/pay${post?.body ?? ""}`;
  expect(post?.headers.get("x-square-hmacsha256-signature")).toBe(
    new Bun.CryptoHasher("sha256", "s3cret").update(signed).digest("base64"),
  );
});
