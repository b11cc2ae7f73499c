import { expect, test } from "bun:test";
import { deliver, inbox } from "longstop/testing";
import config from "./longstop.config.ts";
import { signUpHandler } from "./signups.ts";

const source = config.sources.website;
const signUp = (id: string, interests: string[] = ["bread"]) => ({
  type: "user.signed_up",
  id,
  connection: "ada@example.com",
  data: { data: { email: "ada@example.com", name: "Ada", interests } },
});
const STEPS = ["create member", "tag interests", "send welcome"] as const;

for (const broken of STEPS) {
  test(`when "${broken}" breaks, the next attempt goes on from there`, async () => {
    const first = await deliver(source, signUp("1"), {
      failures: { [broken]: new Error("the list is down") },
    });
    expect(first).toMatchObject({ outcome: "retry", emitted: [], retryAfterMs: 5000 });
    const second = await deliver(source, signUp("1"), { attempt: 2, steps: first.steps });
    expect(second.outcome).toBe("completed");
    expect(second.ran).toEqual(STEPS.slice(STEPS.indexOf(broken)));
    expect(second.emitted).toHaveLength(1);
  });

  test(`a "${broken}" that never answers is given up in time, and tried again`, async () => {
    const result = await deliver(source, signUp("1"), {
      failures: { [broken]: ["hang", null] },
      until: "settled",
    });
    expect(result).toMatchObject({ outcome: "completed", attempts: 2 });
  });
}

test("whoever signs up again is tagged anew, but is created and welcomed once", async () => {
  const calls: string[] = [];
  const onEvent = signUpHandler({
    create: async (email) => {
      calls.push(`create ${email}`);
      return { id: "m1" };
    },
    tag: async (_id, tags) => void calls.push(`tag ${tags}`),
    welcome: async () => {
      calls.push("welcome");
      return { mail: "w1" };
    },
  });
  const website = inbox({ ...source, onEvent });
  await website.receive(signUp("1"));
  await website.receive(signUp("2", ["cake"]));
  expect(calls).toEqual(["create ada@example.com", "tag bread", "welcome", "tag cake"]);
});

test("a sign-up without an address is a dead letter, and the list is never asked", async () => {
  const event = { ...signUp("1"), data: { data: { email: "", name: "", interests: [] } } };
  expect(await deliver(source, event)).toMatchObject({ outcome: "failed", ran: [] });
});
