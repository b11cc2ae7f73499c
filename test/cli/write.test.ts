import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const LINES = 8_000;
const entry = resolve(import.meta.dir, "write-entry.ts");

/** Runs a shell line in which `$WRITER` writes its lines and ends. */
function shell(line: string): { out: string; err: string } {
  const run = Bun.spawnSync(["bash", "-c", line], {
    env: { PATH: process.env["PATH"] ?? "", WRITER: `${process.execPath} ${entry} ${LINES}` },
  });
  return { out: run.stdout.toString().trim(), err: run.stderr.toString() };
}

test("a slow reader gets everything, though the process ends at once", () => {
  // The reader takes nothing until it has counted: longer than the writer needs to fill the pipe.
  const slow = "{ for ((i = 0; i < 200000; i++)); do :; done; wc -l; }";
  expect(shell(`$WRITER | ${slow}`)).toEqual({ out: String(LINES), err: "" });
});

test("a reader that goes away early ends it quietly", () => {
  expect(shell("$WRITER | head -c 3; echo ' '$" + "{PIPESTATUS[0]}")).toEqual({
    out: "xxx 0",
    err: "",
  });
});

test.skipIf(!existsSync("/dev/full"))("a full disk is a failure and is told", () => {
  const { out, err } = shell("$WRITER > /dev/full; echo $?");
  expect(out).toBe("1");
  expect(err).toContain("cannot write the result: ENOSPC");
});
