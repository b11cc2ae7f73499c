import { describe, expect, test } from "bun:test";
import {
  type Delivery,
  GITHUB_HOOK,
  GITHUB_TOKEN,
  githubStub,
} from "../../support/stubs/github.ts";
import { StubApi } from "../../support/stubs/stub.ts";
import { AT } from "../requests.ts";
import { listRecovery, pagesOf, sweptBy } from "./sweeping.ts";

describe("github", () => {
  const delivery = (id: number, guid: string, code: number, minutes: number): Delivery => ({
    id: String(id),
    guid,
    status: code === 200 ? "OK" : code === 202 ? "Accepted" : "failed",
    code,
    type: "push",
    at: AT - minutes * 60_000,
    payload: { n: id, repository: { id: 42 } },
  });
  const recovery = listRecovery("github", { apiKey: GITHUB_TOKEN, baseUrl: GITHUB_HOOK });

  test("what was delivered is not looked at, and what was tried twice is brought once", async () => {
    const api = new StubApi(
      githubStub([
        delivery(1, "a", 200, 30),
        delivery(2, "b", 0, 29),
        delivery(3, "c", 502, 28),
        delivery(4, "b", 202, 20),
        delivery(5, "c", 500, 10),
      ]),
    );
    const missed = await sweptBy(recovery, api);
    expect(missed.map(({ headers }) => headers["x-github-delivery"])).toEqual(["c"]);
    expect(api.asked.length).toBe(2);
  });

  test("a delivery whose payload is gone is left out, one that is unreadable is a fault", async () => {
    const stub = githubStub([delivery(1, "a", 0, 30), delivery(2, "b", 0, 20)]);
    const gone = new StubApi((ask) =>
      ask.url.endsWith("/1") ? { status: 404, body: "{}" } : stub(ask),
    );
    expect((await sweptBy(recovery, gone)).length).toBe(1);
    const odd = new StubApi((ask) =>
      ask.url.endsWith("/1") ? { status: 200, body: "{}" } : stub(ask),
    );
    expect(await pagesOf(recovery, odd)).toBe("unreadable");
  });

  test("the token goes to no other place that a link names", async () => {
    const stub = githubStub(
      Array.from({ length: 60 }, (_, index) => delivery(index + 1, `g${index}`, 200, 1)),
    );
    const api = new StubApi((ask) => {
      const answer = stub(ask);
      return { ...answer, headers: { link: '<https://evil.example/x>; rel="next"' } };
    });
    expect(await pagesOf(recovery, api)).toBe("unreadable");
    expect(api.asked.length).toBe(1);
  });

  test("a list that has come to the beginning of the sweep is asked no further", async () => {
    const old = Array.from({ length: 200 }, (_, index) =>
      delivery(index + 1, `g${index}`, 0, 500 - index),
    );
    const api = new StubApi(githubStub(old));
    await sweptBy(recovery, api, { since: AT - 310 * 60_000 });
    expect(api.paths().filter((path) => path.endsWith("/deliveries")).length).toBe(1);
  });

  test("deliveries are kept for three days by GitHub, for seven by one's own server", () => {
    const days = (baseUrl: string) =>
      (listRecovery("github", { apiKey: "t", baseUrl }).windowMs ?? 0) / 86_400_000;
    expect(days(GITHUB_HOOK)).toBe(3);
    expect(days("https://ghe.example.com/api/v3/orgs/ada/hooks/1")).toBe(7);
  });

  test.each([
    "https://api.github.com",
    "https://api.github.com/app/hook",
    "https://ghe.example/repos/a/b/hooks/x",
  ])("%s is no hook that can be asked", (baseUrl) => {
    expect(listRecovery("github", { apiKey: "t", baseUrl }).lacks).toContain("`baseUrl`");
  });
});
