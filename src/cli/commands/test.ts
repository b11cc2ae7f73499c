import type { Command, Given } from "../command.ts";
import { EXIT } from "../exit.ts";
import { wholeNumber } from "../options.ts";

/** Options that the runner takes as they are: ours, and its own writing. */
const FLAGS = ["watch", "bail", "coverage"] as const;

export const test: Command = {
  name: "test",
  summary: "run the tests of your handlers",
  about:
    "Runs every *.test.ts below this folder, or those whose path contains one of the words. They import test and expect from bun:test, and deliver, sample, inbox and testClock from longstop/testing; nothing needs to be installed. Exit code 1 when a test fails, or when there is none.",
  operands: [
    { name: "files", summary: "only tests whose path contains this", required: false, many: true },
  ],
  options: [
    { flags: "--name <pattern>", summary: "only tests whose name matches" },
    { flags: "--watch", summary: "again whenever a file changes" },
    { flags: "--bail", summary: "stop at the first failure" },
    { flags: "--coverage", summary: "say which lines were run" },
    {
      flags: "--timeout <ms>",
      summary: "how long one test may take, ms (default 5000)",
      read: wholeNumber(1, 3_600_000),
    },
    { flags: "--junit <file>", summary: "also write a JUnit report, for a pipeline" },
  ],
  examples: [
    ["test", "all of them"],
    ["test payments --watch", "while working on one"],
    ["test --junit report.xml", "in a pipeline"],
  ],
  run: async ({ given, deps, out }) => {
    const code = await deps.test({ words: wordsOf(given), json: out.json });
    if (out.json) out.object({ passed: code === EXIT.OK });
    return code;
  },
};

function wordsOf(given: Given): readonly string[] {
  const words: string[] = FLAGS.filter((flag) => given.flag(flag)).map((flag) => `--${flag}`);
  const name = given.text("name");
  const timeout = given.number("timeout");
  const junit = given.text("junit");
  if (name !== undefined) words.push(`--test-name-pattern=${name}`);
  if (timeout !== undefined) words.push(`--timeout=${timeout}`);
  if (junit !== undefined) words.push("--reporter=junit", `--reporter-outfile=${junit}`);
  return [...words, "--", ...given.rest(0)];
}
