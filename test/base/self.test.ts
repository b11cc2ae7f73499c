import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { isCompiled, selfCommand, threadFile } from "../../src/base/self.ts";

describe("finding ourselves", () => {
  test("from source, the command that starts us again is bun with our entry", () => {
    const [bun, entry, ...rest] = selfCommand(["__host"]);

    expect(isCompiled).toBe(false);
    expect(bun).toBe(process.execPath);
    expect(entry?.endsWith("/src/main.ts")).toBe(true);
    expect(existsSync(entry ?? "")).toBe(true);
    expect(rest).toEqual(["__host"]);
  });

  test("from source, a thread's entry is a file that exists", () => {
    expect(existsSync(threadFile("base/self.ts", null))).toBe(true);
    expect(existsSync(threadFile("base/no-such-thread.ts", null))).toBe(false);
  });

  test("in the executable, a thread's entry is a URL under the virtual root, on every system", () => {
    expect(threadFile("journal/thread.ts", "/$bunfs/root")).toBe(
      "file:///$bunfs/root/journal/thread.js",
    );
    expect(threadFile("journal/thread.ts", "B:\\~BUN\\root")).toBe(
      "file:///B:/~BUN/root/journal/thread.js",
    );
  });
});
