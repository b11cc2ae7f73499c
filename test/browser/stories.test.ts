import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { settled } from "../support/posting.ts";
import { CHROMIUM, launch, login, open } from "./browser.ts";
import { World } from "./world.ts";

describe.skipIf(CHROMIUM === null)("an operator at the dashboard", () => {
  let browser: Browser;
  let world: World;

  beforeAll(async () => {
    [browser, world] = await Promise.all([launch(), World.start()]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), world?.stop()]);
  });

  test("logs in with a key, is told when it is wrong, and is out after logging out", async () => {
    const { page, faults } = await open(browser);
    await page.goto(`${world.server.adminUrl}/events`);
    await page.getByLabel("Key", { exact: true }).fill("lsk_wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("not known").waitFor();

    await page.getByLabel("Key", { exact: true }).fill(world.server.key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Events" }).waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });

    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await page.goto(`${world.server.adminUrl}/events`);
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 30_000);

  test("sees an event within moments of its arrival, and what became of it", async () => {
    const { page, faults } = await open(browser);
    await login(page, world);
    await page.goto(`${world.server.adminUrl}/events`);
    await page.getByRole("heading", { name: "Events" }).waitFor();

    const { id } = await world.send({ id: "seen-live", type: "order.seen", customer: "globex" });
    await page.getByRole("link", { name: /order\.seen/ }).click();

    await page.getByRole("heading", { name: "order.seen" }).waitFor();
    expect(page.url()).toEndWith(`/events/${id}`);
    await page.getByText("Completed").first().waitFor();
    await page.getByText('"seen-live"').waitFor();
    await page.getByRole("link", { name: "globex" }).click();
    await page.getByRole("heading", { name: "globex" }).waitFor();
    await page.getByRole("region", { name: "State" }).getByText('"seen-live"').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 30_000);

  test("finds failed events by their cause, reads why, and replays them once it is mended", async () => {
    const { page, faults } = await open(browser);
    await world.configure({ failing: true });
    const ids = ["1", "2", "3"].map((id) => ({ id: `doomed-${id}`, customer: id, fails: true }));
    const sent = await Promise.all(ids.map((order) => world.send(order)));
    for (const { id } of sent)
      expect(await settled(world.server, id)).toMatchObject({ status: "failed" });
    await login(page, world);

    await page.getByRole("link", { name: /^Dead letters/ }).click();
    await page.getByText(/The warehouse answered/).waitFor();
    await page.getByRole("link", { name: "order.created" }).click();
    await page.getByText("Why it failed:").waitFor();
    await page.getByText("Attempt 2").waitFor();
    await world.configure({ failing: false });
    await page.goBack();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByRole("button", { name: "Replay 3 events" }).click();

    await page.getByText("3 of 3").waitFor();
    await page.getByText("Completed").first().waitFor();
    for (const { id } of sent)
      expect(await settled(world.server, id)).toMatchObject({ status: "completed" });
    await page.getByRole("link", { name: /^Dead letters/ }).click();
    await page.getByText("No dead letters").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 45_000);

  test("pauses a connection, sees why its events wait, and resumes it", async () => {
    const { page, faults } = await open(browser);
    await world.send({ id: "first", customer: "held/back" });
    await login(page, world);
    await page.goto(`${world.server.adminUrl}/connections/orders/held%2Fback`);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByLabel(/Reason/).fill("stocktaking");
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText("stocktaking").waitFor();

    const { id } = await world.send({ id: "second", customer: "held/back" });
    await page.goto(`${world.server.adminUrl}/events/${id}`);
    await page.getByText("Its connection is paused").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();

    await page.getByText("nothing waits").waitFor();
    expect(await settled(world.server, id)).toMatchObject({ status: "completed" });
    expect(faults).toEqual([]);
    await page.context().close();
  }, 30_000);

  test("with a key that only reads sees everything but the buttons", async () => {
    const { page, faults } = await open(browser);
    const made = await world.server.api("/v1/keys", {
      method: "POST",
      body: JSON.stringify({ name: "reader", scopes: ["read"] }),
    });
    const { secret } = (await made.json()) as { secret: string };
    const { id } = await world.send({ id: "looked-at", type: "order.looked" });
    await login(page, world, secret);

    await page.getByText("Read only").waitFor();
    await page.goto(`${world.server.adminUrl}/events/${id}`);
    await page.getByRole("heading", { name: "order.looked" }).waitFor();
    expect(await page.getByRole("button", { name: "Replay" }).count()).toBe(0);
    await page.goto(`${world.server.adminUrl}/quarantine`);
    await page.getByText("Not for this key").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 30_000);

  test("goes through a list by keyboard", async () => {
    const { page } = await open(browser);
    await Promise.all(["k1", "k2"].map((id) => world.send({ id, type: "order.keys" })));
    await login(page, world);
    await page.goto(`${world.server.adminUrl}/events`);
    await page
      .getByRole("link", { name: /order\.keys/ })
      .first()
      .waitFor();

    await page.keyboard.press("/");
    await page.keyboard.type("order.keys");
    await page.waitForURL(/q=order\.keys/);
    await page.getByText("2 events, all shown").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("r");
    await page.getByRole("dialog", { name: "Process it again?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/events\/evt_/);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard and words" }).waitFor();
    await page.context().close();
  }, 30_000);

  test("lets a request out of the quarantine once its secret is mended", async () => {
    const { page, faults } = await open(browser);
    const { status } = await world.send({ id: "kept-out" }, { secret: "forgotten" });
    expect(status).toBe(401);
    await login(page, world);
    await page.getByRole("link", { name: "Quarantine" }).click();
    await page.getByRole("link", { name: "signature_mismatch" }).first().click();
    await page.getByText("kept-out").waitFor();
    await page.getByRole("button", { name: "Verify it again" }).click();
    await page.getByText("Still fails").waitFor();

    await world.configure({ failing: false, also: "forgotten" });
    await page.getByRole("button", { name: "Release what passes" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Release" }).click();

    await page.getByRole("link", { name: "Open the first event" }).click();
    await page.getByText('"kept-out"').waitFor();
    expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
    await page.context().close();
  }, 30_000);

  test("registers an endpoint, is shown its secret once, and rotates it", async () => {
    const { page, faults } = await open(browser);
    await login(page, world);
    await page.getByRole("link", { name: "Endpoints" }).click();
    await page.getByRole("button", { name: "New endpoint" }).click();
    await page.getByLabel("URL").fill("https://subscriber.example/hook");
    await page.getByLabel(/Types of events/).fill("nothing.*");
    await page.getByRole("button", { name: "Register it" }).click();
    const first = await page.getByRole("dialog").locator(".secret").textContent();
    await page.getByRole("button", { name: "Done" }).click();

    await page.getByRole("button", { name: "Rotate secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
    const fresh = page.getByRole("dialog", { name: "The new secret" });
    const second = await fresh.locator(".secret").textContent();
    await fresh.getByRole("button", { name: "Done" }).click();

    expect(first).toMatch(/^whs[ek]c?_/);
    expect(second).not.toBe(first);
    await page.getByText("current").waitFor();
    await page.getByText(/ends in/).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  }, 30_000);
});
