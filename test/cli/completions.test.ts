import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit.ts";
import { terminal } from "./terminal.ts";

async function script(shell: string): Promise<string> {
  const pipe = terminal();
  expect(await pipe.run("completions", shell)).toBe(EXIT.OK);
  return pipe.stdout();
}

/** What bash offers for a line; the last word is the one being typed. */
async function offered(line: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "cli-bash-"));
  await writeFile(join(folder, "longstop.bash"), await script("bash"));
  const ask = `source ./longstop.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _longstop; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const run = Bun.spawnSync(["bash", "--norc", "-c", ask, "bash", "longstop", ...line], {
    cwd: folder,
  });
  await rm(folder, { recursive: true });
  expect(run.stderr.toString()).toBe("");
  return run.stdout
    .toString()
    .split("\n")
    .filter((each) => each !== "");
}

test.skipIf(Bun.which("bash") === null)(
  "bash offers commands, options and values where they belong",
  async () => {
    expect(await offered(["ev"])).toEqual(["events"]);
    expect(await offered(["events", "s"])).toEqual(["show", "skip"]);
    expect(await offered(["events", "--stat"])).toEqual(["--status"]);
    expect(await offered(["events", "--status", ""])).toEqual([
      "pending",
      "completed",
      "skipped",
      "failed",
    ]);
    expect(await offered(["connections", "--status", "h"])).toEqual(["halted"]);
    expect(await offered(["--json", "replay", "c"])).toEqual(["cancel"]);
    expect(await offered(["completions", ""])).toEqual(
      expect.arrayContaining(["bash", "zsh", "fish"]),
    );
    expect(await offered(["serve", "--config", "long"])).toEqual(["longstop.bash"]);
    expect(await offered(["events", "--q", ""])).toEqual([]);
  },
);

for (const shell of ["zsh", "fish"]) {
  test.skipIf(Bun.which(shell) === null)(`${shell} can read its script`, async () => {
    const folder = await mkdtemp(join(tmpdir(), `cli-${shell}-`));
    await writeFile(join(folder, "script"), await script(shell));
    const run = Bun.spawnSync([shell, "-n", join(folder, "script")]);
    await rm(folder, { recursive: true });
    expect(run.stderr.toString()).toBe("");
    expect(run.exitCode).toBe(0);
  });
}

test("each script knows every command", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const text = await script(shell);
    for (const word of ["events", "park-head", "--status", "--since", "halted"]) {
      expect(text).toContain(word.replace(/^--/, shell === "fish" ? "-l " : "--"));
    }
  }
});
