/**
 * Pictures of every page, taken from the running executable: `bun scripts/screenshots.ts [--out <folder>]`.
 * Needs an installed Chromium; the executable is built if it is older than its source.
 */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { CHROMIUM, launch, login, open } from "../test/browser/browser.ts";
import { World } from "../test/browser/world.ts";
import { settled } from "../test/support/posting.ts";

const { values } = parseArgs({
  options: { out: { type: "string", default: "docs/screenshots" } },
});
const out = resolve(import.meta.dir, "..", values.out);

/** Long enough for the charts to have a course. */
const TRAFFIC_MS = 45_000;
const CUSTOMERS = ["acme", "globex", "initech", "umbrella", "hooli"];
const TYPES = ["order.created", "order.paid", "order.shipped"];

const VIEWS = [
  { name: "light", width: 1440, dark: false },
  { name: "dark", width: 1440, dark: true },
  { name: "narrow", width: 360, dark: false },
];

if (CHROMIUM === null) {
  console.error("no pictures: Chromium is not installed (LONGSTOP_CHROMIUM names another place)");
  process.exitCode = 1;
} else {
  await main();
}

async function main(): Promise<void> {
  await mkdir(out, { recursive: true });
  const [browser, world] = await Promise.all([launch(), World.start()]);
  try {
    const pages = await furnish(world);
    for (const view of VIEWS) await picture(browser, world, pages, view);
    console.log(`${VIEWS.length * pages.length} pictures in ${out}`);
  } finally {
    await Promise.all([browser.close(), world.stop()]);
  }
}

/** Fills the installation; answers the pages to be taken, by name. */
async function furnish(world: World): Promise<[name: string, path: string][]> {
  const failed = await world.send({ ...order(4), fails: true });
  const end = performance.now() + TRAFFIC_MS;
  for (let count = 5; performance.now() < end; count++) {
    await world.send({ ...order(count), fails: count % 17 === 0 });
    if (count % 6 === 0)
      await world.send({ ...order(count), type: "payment.succeeded" }, { source: "payments" });
    await Bun.sleep(100 + 90 * Math.sin(count / 25));
  }
  await world.send({ ...order(3), id: "late", customer: "umbrella", slow: true });
  for (const id of ["x1", "x2"]) await world.send({ id }, { secret: "an old one" });
  await settled(world.server, failed.id);
  return [
    ["overview", "/"],
    ["events", "/events"],
    ["event", `/events/${failed.id}`],
    ["connections", "/connections"],
    ["connection", "/connections/orders/umbrella"],
    ["dead-letters", "/dead-letters"],
    ["source", "/sources/orders"],
    ["quarantine", "/quarantine"],
    ["keys", "/keys"],
  ];
}

function order(count: number) {
  return {
    id: `o-${1_000 + count}`,
    type: TYPES[count % 3] ?? "order.created",
    customer: CUSTOMERS[count % 5] ?? "acme",
    lines: [
      { sku: `BAT-${count % 9}`, quantity: 1 + (count % 3), price: 84.5 },
      { sku: "BALL-RED", quantity: 6, price: 21 },
    ],
    address: { street: "1 Oval Road", city: "London", country: "GB" },
    gift: count % 7 === 0,
    note: null,
  };
}

async function picture(
  browser: Browser,
  world: World,
  pages: readonly [name: string, path: string][],
  view: (typeof VIEWS)[number],
): Promise<void> {
  const { page } = await open(browser, view);
  await login(page, world);
  for (const [name, path] of pages) {
    await page.goto(`${world.server.adminUrl}${path}`);
    await page.locator("main h1").first().waitFor();
    await page.waitForLoadState("networkidle", { timeout: 1_500 }).catch(() => null);
    await page.screenshot({ path: join(out, `${name}-${view.name}.png`) });
  }
  await page.context().close();
}
