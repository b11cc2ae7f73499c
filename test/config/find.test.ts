import { expect, test } from "bun:test";
import { join } from "node:path";
import { findConfig } from "../../src/config/find.ts";
import { ConfigFolder } from "../support/config-folder.ts";

test("the command line goes before the environment, and that before the folder", () => {
  using folder = new ConfigFolder();
  folder.write({ "a.ts": "", "b.ts": "", "longstop.config.mjs": "", "longstop.config.js": "" });
  const find = (argument: string | undefined, environment: Record<string, string> = {}) => {
    const found = findConfig({ argument, environment, cwd: folder.path });
    return found.ok ? found.value : found.error;
  };
  const environment = { LONGSTOP_CONFIG: "b.ts" };
  expect(find("a.ts", environment)).toBe(join(folder.path, "a.ts"));
  expect(find(undefined, environment)).toBe(join(folder.path, "b.ts"));
  expect(find(undefined, { LONGSTOP_CONFIG: "" })).toBe(join(folder.path, "longstop.config.js"));
  folder.write({ "longstop.config.ts": "" });
  expect(find(undefined)).toBe(folder.config);
});

test("a file that is named and not there is a fault, even where another would be found", () => {
  using folder = new ConfigFolder();
  folder.write({ "longstop.config.ts": "" });
  const named = findConfig({ argument: "x.ts", environment: {}, cwd: folder.path });
  expect(named.ok ? "" : named.error.message).toBe("--config names a file that is not there");
  const variable = findConfig({
    argument: undefined,
    environment: { LONGSTOP_CONFIG: "x.ts" },
    cwd: folder.path,
  });
  expect(variable.ok ? "" : variable.error.message).toBe(
    "LONGSTOP_CONFIG names a file that is not there",
  );
});

test("nothing to be found is a fault that says how to begin", () => {
  using folder = new ConfigFolder();
  const none = findConfig({ argument: undefined, environment: {}, cwd: folder.path });
  expect(none.ok ? "" : none.error.allowed).toContain("longstop init");
});
