import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import type { World } from "./world.ts";

const PLACES = [
  process.env["LONGSTOP_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** An installed Chromium; `null` where there is none, which is then said once. */
export const CHROMIUM = PLACES.find((path) => path !== "" && existsSync(path)) ?? null;
if (CHROMIUM === null)
  console.log("skipped: chromium not found (the dashboard was not opened in a browser)");

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? "",
    // Tests may run as root, where Chromium's own sandbox refuses to.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

interface View {
  readonly width?: number;
  readonly dark?: boolean;
}

/** A page, and whatever went wrong in it: what the console, the policy or a script complained about. */
export async function open(
  browser: Browser,
  { width = 1440, dark = false }: View = {},
): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults: string[] = [];
  page.on("console", (message) => {
    // Before the login the page asks who is there and is told that nobody is: the browser notes it itself.
    const asked = message.location().url.endsWith("/v1/session");
    if (["error", "warning"].includes(message.type()) && !asked) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("dialog", (dialog) => {
    faults.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, faults };
}

/** Opens the pages and logs in with the world's admin key, or another. */
export async function login(page: Page, { server }: World, key = server.key): Promise<void> {
  await page.goto(server.adminUrl);
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}
