import { expect, test } from "bun:test";
import { formatFaults, formatWarnings, pathOf } from "../../src/config/fault.ts";

test("a path is written as one would in the configuration", () => {
  expect(pathOf(pathOf(pathOf("", "sources"), "my-crm"), "secrets")).toBe("sources.my-crm.secrets");
  expect(pathOf("sources.crm.secrets", 0)).toBe("sources.crm.secrets[0]");
  expect(pathOf("schemas", "invoice.*")).toBe('schemas["invoice.*"]');
});

test("faults for people say where, what, what may be and what was perhaps meant", () => {
  const where = { file: "/srv/lib.ts", line: 3, column: 7 };
  const text = formatFaults(
    [
      {
        path: "dedupe",
        given: '"30 days"',
        allowed: "a duration",
        nearest: '"30d"',
        message: "is not a duration",
      },
      { path: "", given: null, allowed: "", message: "cannot be read", where },
    ],
    "/srv/longstop.config.ts",
  );
  expect(text).toBe(`longstop.config.ts has 2 faults:

  dedupe: is not a duration
    given:    "30 days"
    allowed:  a duration
    perhaps:  "30d"

  /srv/lib.ts:3:7: cannot be read`);
});

test("warnings are a line each", () => {
  const warning = { given: null, allowed: "", message: "is accepted" };
  expect(
    formatWarnings([
      { ...warning, path: "a" },
      { ...warning, path: "b" },
    ]),
  ).toBe("warning: a: is accepted\nwarning: b: is accepted");
});
