import { expect, test } from "bun:test";
import { developmentSettings } from "../../src/config/development.ts";
import { accepted } from "../support/config-presets.ts";

test("development needs no configuration and listens on loopback", () => {
  const settings = developmentSettings("/tmp/x");
  expect(settings).toMatchObject({
    configPath: null,
    dataDir: "/tmp/x",
    development: true,
    sources: {},
  });
  expect([settings.listen.public.host, settings.listen.admin.host]).toEqual([
    "127.0.0.1",
    "127.0.0.1",
  ]);
});

test("development with a configuration keeps it, on loopback", () => {
  const { settings } = accepted({
    listen: { public: "0.0.0.0:9000" },
    sources: { s: { provider: "stripe", secrets: "x" } },
  });
  const changed = developmentSettings("/unused", settings);
  expect(changed).toEqual({
    ...settings,
    development: true,
    listen: { public: { host: "127.0.0.1", port: 9000 }, admin: settings.listen.admin },
  });
});
