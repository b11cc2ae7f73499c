import { describe, expect, test } from "bun:test";
import { confirming } from "../../src/ingress/confirm.ts";
import type { Confirmed } from "../../src/ingress/confirm-page.ts";
import { JournalRefused, ReadRefused } from "../../src/journal/journal.ts";

const URL = "https://hooks.example.com/confirm/dlv_1.abc-_";

function asked(became: Confirmed | Error, init: RequestInit = {}, token = "dlv_1.abc-_") {
  const tokens: string[] = [];
  const confirm = async (given: string): Promise<Confirmed> => {
    tokens.push(given);
    if (became instanceof Error) throw became;
    return became;
  };
  return { tokens, answer: confirming(new Request(URL, init), token, confirm) };
}

const POST = { method: "POST" };

describe("a confirmation", () => {
  test.each([
    ["confirmed", 200, { status: "confirmed" }],
    ["already", 200, { status: "already" }],
    ["late", 410, { code: "confirmation_late" }],
    ["unknown", 404, { code: "not_found" }],
  ] as const)("that is %s is answered %d", async (became, status, body) => {
    const { tokens, answer } = asked(became, POST);
    const got = await answer;
    expect([got.status, await got.json()]).toMatchObject([status, body]);
    expect(got.headers.get("cache-control")).toBe("no-store");
    expect(tokens).toEqual(["dlv_1.abc-_"]);
  });

  test("is made by no GET, since scanners fetch whatever link they see", async () => {
    for (const method of ["GET", "HEAD"]) {
      const { tokens, answer } = asked("confirmed", { method });
      const got = await answer;
      expect(got.status).toBe(200);
      expect(tokens).toEqual([]);
      if (method === "GET") expect(await got.text()).toContain('<form method="post">');
      expect(got.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(got.headers.get("referrer-policy")).toBe("no-referrer");
    }
  });

  test("by the button is answered with a page", async () => {
    const headers = { accept: "text/html,*/*;q=0.8" };
    const { answer } = asked("late", { ...POST, headers });
    const got = await answer;
    expect(got.status).toBe(410);
    expect(await got.text()).toContain("Too late");
  });

  test("by any other method is refused, with those that are taken", async () => {
    const { tokens, answer } = asked("confirmed", { method: "DELETE" });
    const got = await answer;
    expect([got.status, got.headers.get("allow")]).toEqual([405, "GET, POST"]);
    expect(tokens).toEqual([]);
  });

  test("that cannot be journaled was not made, and may be tried again", async () => {
    const got = await asked(new JournalRefused("overloaded", "full"), POST).answer;
    expect(got.status).toBe(503);
    expect(got.headers.get("retry-after")).toBeString();
  });

  test("that cannot be looked up in time was not made either", async () => {
    const got = await asked(new ReadRefused("slow", "busy"), POST).answer;
    expect([got.status, got.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  test.each(["", "a b", "<script>", "x".repeat(257), "ü", "a\n"])(
    "with what was never a token is not even looked for: %j",
    async (token) => {
      const { tokens, answer } = asked("confirmed", POST, token);
      expect((await answer).status).toBe(404);
      expect(tokens).toEqual([]);
    },
  );
});
