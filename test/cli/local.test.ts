import { expect, test } from "bun:test";
import { err, ok } from "../../src/base/result.ts";
import type { BenchOptions, CliDeps, DoctorOptions, ServeOptions } from "../../src/cli/deps.ts";
import { EXIT } from "../../src/cli/exit.ts";
import type { Settings } from "../../src/config/settings.ts";
import { terminal } from "./terminal.ts";

const settings: Settings = {
  configPath: "/team/longstop.config.ts",
  listen: { public: { host: "0.0.0.0", port: 8080 }, admin: { host: "127.0.0.1", port: 8081 } },
  publicUrl: null,
  dataDir: "/team/data",
  sources: {},
  endpoints: {},
  network: { allowPrivate: [] },
  handlers: { hosts: 2, memoryBytesMax: 1 },
  dedupeMs: 1,
  development: false,
};
const fault = (path: string) => ({
  path,
  given: "5x",
  allowed: "a duration",
  nearest: "5s",
  message: "is no duration",
});

test("check says ok, and warns on stderr", async () => {
  const pipe = terminal({
    deps: { loadSettings: async () => ok({ settings, warnings: [fault("endpoints.a")] }) },
  });
  expect(await pipe.run("check")).toBe(EXIT.OK);
  expect(pipe.stdout()).toStartWith("✓ ok /team/longstop.config.ts\n");
  expect(pipe.stderr()).toContain("warning: endpoints.a");
});

test("check prints every fault and ends with 1", async () => {
  const loadSettings: CliDeps["loadSettings"] = async () =>
    err([fault("sources.a.timeout"), fault("sources.b.timeout")]);
  const pipe = terminal({ deps: { loadSettings } });
  expect(await pipe.run("check")).toBe(EXIT.FAILED);
  expect(pipe.stdout()).toContain("sources.a.timeout");
  expect(pipe.stdout()).toContain("sources.b.timeout");
  const json = terminal({ deps: { loadSettings } });
  expect(await json.run("check", "--json")).toBe(EXIT.FAILED);
  expect(JSON.parse(json.stdout())).toMatchObject({
    ok: false,
    faults: [{ path: "sources.a.timeout" }, { path: "sources.b.timeout" }],
  });
});

test("check without a configuration says how to get one", async () => {
  const pipe = terminal();
  expect(await pipe.run("check")).toBe(EXIT.FAILED);
  expect(pipe.stderr()).toContain("longstop init");
});

test("check hands on which file is meant", async () => {
  const asked: unknown[] = [];
  const loadSettings: CliDeps["loadSettings"] = async (options) => {
    asked.push(options.config);
    return ok({ settings, warnings: [] });
  };
  await terminal({ deps: { loadSettings } }).run("check", "--config", "x.ts");
  expect(asked).toEqual(["x.ts"]);
});

test("init tells the files written; what cannot be is exit code 1", async () => {
  const asked: unknown[] = [];
  const initFolder: CliDeps["initFolder"] = async (options) => {
    asked.push(options);
    return ok(["longstop.config.ts"]);
  };
  const pipe = terminal({ cwd: "/team", deps: { initFolder } });
  expect(await pipe.run("init", "--provider", "stripe", "hooks")).toBe(EXIT.OK);
  expect(await pipe.run("init")).toBe(EXIT.OK);
  expect(asked).toEqual([
    { dir: "/team/hooks", provider: "stripe" },
    { dir: "/team", provider: null },
  ]);
  expect(pipe.stdout()).toContain("✓ longstop.config.ts");
  const refused = terminal({ deps: { initFolder: async () => err("it cannot be written") } });
  expect(await refused.run("init")).toBe(EXIT.FAILED);
  expect(refused.stderr()).toContain("it cannot be written");
});

test("version is one line, one object, and the same under --version and -V", async () => {
  const pipe = terminal();
  await pipe.run("version");
  await pipe.run("--version");
  await pipe.run("-V");
  const line = "longstop 1.2.3 (commit abc1234, Bun 1.4.5, SQLite 3.54.0)\n";
  expect(pipe.stdout()).toBe(line.repeat(3));
  const json = terminal();
  await json.run("version", "--json");
  expect(JSON.parse(json.stdout())).toEqual({
    version: "1.2.3",
    commit: "abc1234",
    bun: "1.4.5",
    sqlite: "3.54.0",
  });
});

test("serve and dev are handed what was given, and their exit code is the command's", async () => {
  const asked: ServeOptions[] = [];
  const run = async (options: ServeOptions): Promise<number> => {
    asked.push(options);
    return 1;
  };
  const pipe = terminal({ deps: { serve: run, dev: run } });
  expect(
    await pipe.run(
      "serve",
      "--config",
      "a.ts",
      "--data",
      "d",
      "--public",
      "[::1]:80",
      "--admin",
      "9000",
    ),
  ).toBe(1);
  expect(await pipe.run("dev")).toBe(1);
  expect(asked).toEqual([
    {
      config: "a.ts",
      data: "d",
      listen: { public: { host: "::1", port: 80 }, admin: { host: "127.0.0.1", port: 9000 } },
    },
    { config: null, data: null, listen: { public: null, admin: null } },
  ]);
});

test("bench and doctor are handed what was given, and defaults", async () => {
  const benched: BenchOptions[] = [];
  const examined: DoctorOptions[] = [];
  const pipe = terminal({
    deps: {
      bench: async (options) => benched.push(options) - benched.length,
      doctor: async (options) => examined.push(options) - examined.length,
    },
  });
  await pipe.run("bench");
  await pipe.run("bench", "--verify", "--seconds", "3", "--clients", "8", "--data", "d", "--json");
  await pipe.run("doctor", "--rebuild", "--data", "d");
  expect(benched).toEqual([
    { verify: false, seconds: 10, clients: 64, data: null, json: false },
    { verify: true, seconds: 3, clients: 8, data: "d", json: true },
  ]);
  expect(examined).toEqual([{ rebuild: true, config: null, data: "d", json: false }]);
});

test("a fault of our own is told as one, and never thrown at the caller", async () => {
  const pipe = terminal({ deps: { serve: () => Promise.reject(new TypeError("broken")) } });
  expect(await pipe.run("serve")).toBe(EXIT.FAILED);
  expect(pipe.stderr()).toContain("TypeError: broken");
  expect(pipe.stderr()).toContain("report it");
});
