import { expect, test } from "bun:test";
import type { SimulateOptions } from "../../../src/cli/deps.ts";
import { EXIT } from "../../../src/cli/exit.ts";
import { SCENARIO } from "../../../src/cli/simulate/scenario.ts";
import { terminal } from "../terminal.ts";

const TO = "http://127.0.0.1:8080/in/bank";

/** Runs the command; its exit code, what it would play, and what it said. */
async function given(
  ...words: string[]
): Promise<{ code: number; options: SimulateOptions | null; said: string }> {
  const played: SimulateOptions[] = [];
  const simulate = async (options: SimulateOptions): Promise<number> => {
    played.push(options);
    return EXIT.OK;
  };
  const person = terminal({ deps: { simulate } });
  const code = await person.run("simulate", "finlink", ...words);
  return { code, options: played[0] ?? null, said: person.stderr() };
}

test("without options a day of twenty connections is played in a minute, and nothing goes wrong", async () => {
  const { code, options } = await given("--to", TO);
  expect(code).toBe(EXIT.OK);
  expect(options).toEqual({ to: TO, port: 8090, speed: 1_440, scenario: SCENARIO, json: false });
});

test("every option reaches the play", async () => {
  const shares = ["--lose", "0.1", "--double", "0.2", "--reorder", "0.3", "--burst", "0.4"];
  const more = ["--vague", "0.5", "--faults", "0.6", "--outage", "12h", "--delay", "2m"];
  const counts = ["--seed", "7", "--connections", "200", "--sessions-end", "3", "--keys", "2"];
  const times = ["--duration", "14d", "--speed", "20160", "--retries", "1m,1h", "--port", "0"];
  const { options } = await given("--to", TO, ...shares, ...more, ...counts, ...times);
  expect(options).toMatchObject({ port: 0, speed: 20_160 });
  expect(options?.scenario).toEqual({
    seed: 7,
    connections: 200,
    changes: 2_800,
    durationMs: 1_209_600_000,
    loseShare: 0.1,
    doubleShare: 0.2,
    delayMsMax: 120_000,
    reorderShare: 0.3,
    burstShare: 0.4,
    vagueShare: 0.5,
    faultShare: 0.6,
    outageMs: 43_200_000,
    sessionEnds: 3,
    keys: 2,
    retriesMs: [60_000, 3_600_000],
  });
  const none = await given("--to", TO, "--retries", "none", "--events", "5");
  expect(none.options?.scenario).toMatchObject({ retriesMs: [], changes: 5 });
});

test("only this machine is sent to, unless a remote one is allowed in so many words", async () => {
  const remote = "https://hooks.example.com/in/bank";
  const refused = await given("--to", remote);
  expect(refused).toMatchObject({ code: EXIT.USAGE, options: null });
  expect(refused.said).toContain("--allow-remote");
  for (const to of ["http://127.0.0.1.example.com/in/a", "http://localhost.example.com/in/a"])
    expect((await given("--to", to)).code).toBe(EXIT.USAGE);
  expect((await given("--to", remote, "--allow-remote")).options?.to).toBe(remote);
  for (const to of [
    "http://localhost:8080/in/a",
    "http://[::1]:8080/in/a",
    "http://127.9.9.9/in/a",
  ])
    expect((await given("--to", to)).code).toBe(EXIT.OK);
});

const FAULTY: readonly [words: string[], said: string][] = [
  [[], "--to is missing"],
  [["--to", "bank"], "is no http address"],
  [["--to", "ftp://127.0.0.1/x"], "is no http address"],
  [["--to", TO, "--lose", "20"], "a share from 0 to 1"],
  [["--to", TO, "--lose", ""], "a share from 0 to 1"],
  [["--to", TO, "--duration", "0s"], "a duration from 1m"],
  [["--to", TO, "--outage", "a day"], "a duration up to 365d"],
  [["--to", TO, "--retries", "1m,soon"], "1m,5m,30m, or none"],
  [["--to", TO, "--connections", "0"], "a whole number from 1"],
];
for (const [words, said] of FAULTY) {
  test(`\`${words.join(" ")}\` is refused with what is right`, async () => {
    const refused = await given(...words);
    expect(refused).toMatchObject({ code: EXIT.USAGE, options: null });
    expect(refused.said).toContain(said);
  });
}
