import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { settled } from "../support/posting.ts";
import { CHROMIUM, launch, login, open } from "./browser.ts";
import { hostilePayloads } from "./hostile.ts";
import { World } from "./world.ts";

const VIEWS = [
  { width: 1440, dark: false, pages: 15 },
  { width: 1440, dark: true, pages: 5 },
  { width: 360, dark: false, pages: 5 },
  { width: 360, dark: true, pages: 9 },
];

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

describe.skipIf(CHROMIUM === null)("every page", () => {
  let browser: Browser;
  let world: World;
  let paths: readonly string[];

  beforeAll(async () => {
    [browser, world] = await Promise.all([launch(), World.start()]);
    const { id: done } = await world.send({ id: "done" });
    const { id: doomed } = await world.send({ id: "doomed", customer: "globex", fails: true });
    await world.send({ id: "forged" }, { secret: "wrong" });
    await world.send({ id: "later", customer: "slow", slow: true });
    for (const id of [done, doomed]) await settled(world.server, id);
    paths = [
      "/",
      "/events",
      `/events/${doomed}`,
      "/connections",
      "/connections/orders/acme",
      "/dead-letters",
      "/replays",
      "/sources",
      "/sources/orders",
      "/quarantine",
      "/sweeps",
      "/endpoints",
      "/deliveries",
      "/keys",
      "/events/none",
    ];
  }, 60_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), world?.stop()]);
  });

  test.each(VIEWS)(
    "is accessible and complains of nothing at %o",
    async (view) => {
      const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
      const { page, faults } = await open(browser, view);
      await login(page, world);
      const grave: string[] = [];
      for (const path of paths.slice(0, view.pages)) {
        await page.goto(`${world.server.adminUrl}${path}`);
        await page.locator("main h1, main h2").first().waitFor();
        const wide = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        if (wide > 0) grave.push(`${path} is ${wide} px wider than the window`);
        for (const { id, impact, nodes } of await violations(page, axe))
          if (impact === "serious" || impact === "critical")
            grave.push(`${path}: ${id} at ${nodes[0]?.html.slice(0, 160)}`);
      }
      expect(grave).toEqual([]);
      // The page of an event that is not there is asked for on purpose.
      expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
      await page.context().close();
    },
    60_000,
  );

  test("shows a hostile payload as text, and lets it do nothing", async () => {
    const { page, faults } = await open(browser);
    await login(page, world);
    const address = page.url();
    for (const payload of hostilePayloads()) {
      const { status, id } = await world.send(payload);
      if (status !== 202) continue;
      await page.goto(`${world.server.adminUrl}/events/${id}`);
      await page.getByRole("heading", { name: "Payload" }).waitFor();
      await page.getByRole("region", { name: "The payload, unfolded" }).waitFor();
    }
    await page.goto(`${world.server.adminUrl}/events`);
    await page.getByRole("link", { name: /order/ }).first().waitFor();
    await page.goto(`${world.server.adminUrl}/connections`);
    await page
      .getByRole("link", { name: /orders/ })
      .first()
      .waitFor();

    expect(await page.evaluate<unknown>("globalThis.owned ?? null")).toBeNull();
    expect(await page.evaluate<unknown>("({}).owned ?? null")).toBeNull();
    expect(await page.locator("main img, main script, main iframe").count()).toBe(0);
    expect(new URL(page.url()).origin).toBe(new URL(address).origin);
    expect(faults).toEqual([]);
    await page.context().close();
  }, 60_000);
});

/** The script is run by the browser's tools, which the page's policy does not bind. */
async function violations(page: Page, axe: string): Promise<AxeResult["violations"]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResult>("axe.run()");
  return violations;
}
