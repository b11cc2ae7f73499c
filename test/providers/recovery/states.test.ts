import { describe, expect, test } from "bun:test";
import type { SourceSettings } from "../../../src/config/settings.ts";
import { presetByName } from "../../../src/providers/index.ts";
import { plaidDifferences } from "../../../src/providers/recovery/plaid.ts";
import type { KnownState, ProviderApi, StateRecovery } from "../../../src/providers/recovery.ts";
import { sourceSettings } from "../../support/settings.ts";
import { failing, found, StubApi } from "../../support/stubs/stub.ts";
import { AT } from "../requests.ts";
import { finlinkState } from "./finlink-states.ts";

function recoveryOf(provider: string, given: Partial<SourceSettings>): StateRecovery {
  const recovery = presetByName(provider)?.recovery?.(sourceSettings({ provider, ...given }));
  if (recovery?.kind !== "state") throw new Error(`${provider} has no states`);
  return recovery;
}

async function allOf(recovery: StateRecovery, api: ProviderApi, since: number | null = null) {
  const states: KnownState[] = [];
  let complete = true;
  let page: string | null = null;
  do {
    const answer = await recovery.list(page, since, api);
    if (!answer.ok) return answer.error.code;
    states.push(...answer.value.states);
    complete &&= answer.value.complete;
    page = answer.value.next;
  } while (page !== null);
  return { keys: states.map(({ key }) => key), complete };
}

const codeOf = (result: Awaited<ReturnType<StateRecovery["fetch"]>>): unknown =>
  result.ok ? result.value : result.error.code;

describe("finlink", () => {
  const credentials = { clientId: "ada", clientSecret: "s3cret" };
  const recovery = recoveryOf("finlink", { credentials });
  const PUBLIC = "0b1c5d7e-4f3a-4b6e-9a51-3c2d1e0f9a8b";
  const [one, two] = [finlinkState(), finlinkState({ credentialsToken: "B/2" })];
  const pending = { publicToken: PUBLIC, externalId: "ada", createdAt: "2026-11-22T12:00:00.000Z" };
  const api = () =>
    new StubApi(({ url }) => {
      const path = new URL(url).pathname.replace("/api/v1/queries/connections", "");
      if (path === "") return found([one, two]);
      if (path === "/pending") return found([pending]);
      return path === "/B%2F2" ? found(two) : failing(404);
    });

  test("all connections and all that wait to be exchanged, with two calls", async () => {
    const asked = api();
    expect(await allOf(recovery, asked)).toEqual({
      keys: ["AAAAA11111", "B/2", PUBLIC],
      complete: true,
    });
    expect(asked.asked.length).toBe(2);
  });

  test("one by its token, encoded; a public token by the list of those; an unknown one is gone", async () => {
    expect(codeOf(await recovery.fetch("B/2", api()))).toEqual(two);
    expect(codeOf(await recovery.fetch(PUBLIC, api()))).toEqual(pending);
    expect(codeOf(await recovery.fetch("GONE", api()))).toBe(null);
    expect(codeOf(await recovery.fetch(PUBLIC.replace("0", "1"), api()))).toBe(null);
  });

  test.each([
    ["an item without a token", [{ status: "READY" }]],
    ["an item without a status", [{ credentialsToken: "A" }]],
    ["an envelope", { data: [] }],
    ["null", null],
  ])("%s makes the list unreadable: nobody counts as gone by it", async (_, payload) => {
    expect(await allOf(recovery, new StubApi(() => found(payload)))).toBe("unreadable");
  });

  test("a status that is none, and refusals, are faults", async () => {
    expect(codeOf(await recovery.fetch("A", new StubApi(() => found({}))))).toBe("unreadable");
    expect(codeOf(await recovery.fetch("A", new StubApi(() => failing(500))))).toBe("unavailable");
    expect(await allOf(recovery, new StubApi(() => failing(401)))).toBe("unauthorised");
  });

  test("the session is the one of the keys: one per credential pair", () => {
    const login = presetByName("finlink")?.login?.(sourceSettings({ credentials }));
    expect(login?.url).toBe("https://api.finlink.vumi.io/api/v1/auth/login");
    expect(login?.account).toBe("ada");
    expect(recoveryOf("finlink", {}).lacks).toContain("`credentials");
  });
});

describe("plaid", () => {
  const credentials = {
    clientId: "ada",
    clientSecret: "s3cret",
    item_1: "access-1",
    item_2: "access-2",
  };
  const recovery = recoveryOf("plaid", { credentials });
  const state = (id: string, given: Record<string, unknown> = {}, status: unknown = null) => ({
    item: { item_id: id, error: null, ...given },
    status,
    request_id: "r1",
  });
  const api = () =>
    new StubApi(({ body }) =>
      found(state(`item_${JSON.parse(body ?? "").access_token.slice(-1)}`)),
    );

  test("the items whose tokens are known, and no other", async () => {
    expect(await allOf(recovery, api())).toEqual({ keys: ["item_1", "item_2"], complete: false });
    expect(codeOf(await recovery.fetch("item_9", api()))).toBe("refused");
    const another = new StubApi(() => found(state("item_7")));
    expect(codeOf(await recovery.fetch("item_1", another))).toBe("unreadable");
    const { item_1: _, item_2: __, ...pair } = credentials;
    expect(recoveryOf("plaid", { credentials: pair }).lacks).toContain("access tokens");
  });

  test("updates, failures, errors, repairs and other changes are told apart", () => {
    const at = (field: string, time: string) => ({ transactions: { [field]: time } });
    const error = { error: { error_code: "ITEM_LOGIN_REQUIRED" } };
    const cases: [unknown, unknown, string[]][] = [
      [null, state("i"), ["item.added"]],
      [state("i"), { ...state("i"), request_id: "r2" }, []],
      [
        state("i"),
        state("i", {}, at("last_successful_update", "2026-11-22T12:00:00Z")),
        ["item.updated"],
      ],
      [
        state("i"),
        state("i", {}, at("last_failed_update", "2026-11-22T12:00:00Z")),
        ["item.update_failed"],
      ],
      [state("i"), state("i", error), ["item.errored"]],
      [state("i", error), state("i"), ["item.repaired"]],
      [state("i"), state("i", { webhook: "https://x" }), ["item.changed"]],
      [state("i"), null, ["item.removed"]],
    ];
    for (const [before, after, types] of cases) {
      expect(plaidDifferences(before, after).map(({ type }) => type)).toEqual(types);
    }
  });
});

describe("shopify", () => {
  const credentials = { shop: "ada.myshopify.com", resources: "orders, products" };
  const recovery = recoveryOf("shopify", { credentials, apiKey: "shpat_1" });
  const order = (id: number, updated_at: string) => ({
    id,
    updated_at,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
  });
  const base = "https://ada.myshopify.com/admin/api/2026-10";

  test("each resource is listed since the last sweep, page by page by its links", async () => {
    const api = new StubApi(({ url }) => {
      const { pathname, searchParams } = new URL(url);
      if (pathname.endsWith("/products.json")) return found({ products: [{ id: 5 }] });
      if (searchParams.get("page_info") !== null) return found({ orders: [order(2, "b")] });
      const link = `<${base}/orders.json?limit=250&page_info=x>; rel="next"`;
      return found({ orders: [order(1, "a")] }, { link });
    });
    expect(await allOf(recovery, api, AT)).toEqual({
      keys: ["orders/1", "orders/2", "products/5"],
      complete: false,
    });
    expect(api.asked.map(({ headers }) => headers["x-shopify-access-token"])).toEqual(
      Array(3).fill("shpat_1"),
    );
    const first = new URL(api.asked[0]?.url ?? "").searchParams;
    expect(first.get("status")).toBe("any");
    expect(first.get("updated_at_min")).toBe(new Date(AT - 600_000).toISOString());
  });

  test("what was before the first sweep is not asked for", async () => {
    const api = new StubApi(() => failing(500));
    expect(await allOf(recovery, api, null)).toEqual({ keys: [], complete: false });
    expect(api.asked).toEqual([]);
  });

  test("a link to another place is not followed with the token", async () => {
    const link = '<https://evil.example/orders.json>; rel="next"';
    const api = new StubApi(() => found({ orders: [] }, { link }));
    expect(await allOf(recovery, api, AT)).toBe("unreadable");
  });

  test("a newer update is one change of the shop's; an older or the same none", () => {
    const [old, now] = [order(1, "2026-11-22T11:00:00Z"), order(1, "2026-11-22T12:00:00Z")];
    const [change] = recovery.differences(old, now);
    expect([change?.type, change?.connection, change?.occurredAt]).toEqual([
      "orders.changed",
      "ada.myshopify.com",
      AT,
    ]);
    expect(recovery.differences(null, now)[0]?.id).toBe(change?.id ?? "");
    expect(recovery.differences(now, old)).toEqual([]);
    expect(recovery.differences(now, now)).toEqual([]);
    expect(recovery.differences(now, null)).toEqual([]);
  });

  test("keys are checked before they become a path", async () => {
    const api = new StubApi(() => found({ order: order(1, "a") }));
    expect(codeOf(await recovery.fetch("orders/1", api))).toEqual(order(1, "a"));
    for (const key of ["orders/../shop", "shop", "themes/1", "orders/1/x"])
      await recovery.fetch(key, api);
    expect(api.paths().every((path) => path === "GET /admin/api/2026-10/orders/1.json")).toBe(true);
  });

  test.each([
    { shop: "evil.example", resources: "orders" },
    { shop: "ada.myshopify.com", resources: "orders,themes" },
  ])("%p lacks something", (given) => {
    expect(recoveryOf("shopify", { credentials: given, apiKey: "x" }).lacks).toContain(
      "`credentials",
    );
  });
});
