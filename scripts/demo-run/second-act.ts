import { join, resolve } from "node:path";
import { Server } from "../../test/support/executable.ts";
import { type Found, found, handlingFaults, stateFaults } from "./compare.ts";
import { Provider, type Truth } from "./provider.ts";
import { report } from "./report.ts";

const top = resolve(import.meta.dir, "../..");
const DAY_MS = 86_400_000;
/** Simulated ms in a real one: two weeks in 40 s. */
const SPEED = 30_240;
const PLAY = [
  ...["--connections", "200", "--duration", "14d", "--speed", String(SPEED)],
  ...["--lose", "0.2", "--double", "0.2", "--reorder", "0.2", "--burst", "0.1", "--delay", "10m"],
  ...["--vague", "0.02", "--faults", "0.01", "--outage", "12h"],
  ...["--sessions-end", "2", "--keys", "3"],
];
const KILLS = [1 / 4, 3 / 4];
/** Longer than the provider goes on trying: 2 h 36 min of its time. */
const DOWN_MS = 700;
const SETTLED_MS_MAX = 45_000;
/** Without reconciliation nothing more will come: then it only takes until what came is handled. */
const HANDLED_MS_MAX = 5_000;

/**
 * `longstop simulate finlink` against the executable with `examples/bank`: 200 bank connections over two
 * weeks of updates in less than a minute; a fifth of the webhooks is lost, a fifth doubled, their order
 * shuffled; the server is killed twice for longer than they are tried again, and the provider is away
 * once. In the end each connection's state must be the provider's, and each change have been handled
 * once. Answers 1 if not: as it must be without `reconcile`.
 */
export async function secondAct(options: { seed: number; reconcile: boolean }): Promise<number> {
  const began = performance.now();
  const env: Record<string, string> = options.reconcile ? {} : { WITHOUT_RECONCILE: "1" };
  const config = { path: join(top, "examples/bank/longstop.config.ts") };
  const server = await Server.create({ config, env });
  const to = `${server.publicUrl}/in/bank`;
  const provider = await Provider.start(["--to", to, "--seed", String(options.seed), ...PLAY]);
  try {
    const { url, credentials } = provider.introduction;
    env["FINLINK_URL"] = url;
    env["FINLINK_CLIENT_ID"] = credentials.clientId;
    env["FINLINK_CLIENT_SECRET"] = credentials.clientSecret;
    const startedAt = new Date().toISOString();
    await server.start();
    console.log(`started    ${server.publicUrl}, its provider at ${url}`);
    if (!options.reconcile)
      console.log("           without reconciliation: this must end in a difference");
    await throughKills(server, provider);
    const [truth, here] = await settled(server, provider, options.reconcile);
    const stats = await provider.stats();
    const faults = [
      ...stateFaults(truth, here),
      ...handlingFaults(truth, here),
      ...(stats.sessions.violations === 0 ? [] : ["two held a session at once"]),
      ...((await server.stop()) === 0 ? [] : ["the server did not end well"]),
    ];
    console.log(`\n${report(truth, here, stats, { startedAt, speed: SPEED })}\n`);
    for (const fault of faults.slice(0, 10)) console.log(`wrong: ${fault}`);
    if (faults.length > 10) console.log(`and ${faults.length - 10} more`);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      faults.length === 0
        ? `every state is the provider's, every change was handled once (${seconds} s)`
        : `\n${faults.length} differences (${seconds} s)`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    await provider.stop();
    await server.remove();
  }
}

/** Lets the play run to its end; kills the server on the way, and tells when the provider is away. */
async function throughKills(server: Server, provider: Provider): Promise<void> {
  const marks = [...KILLS];
  let away = false;
  for (;;) {
    const stats = await provider.stats();
    const day = `day ${(Math.max(0, stats.nowMs) / DAY_MS).toFixed(1)}`.padEnd(9);
    if (stats.away !== away) {
      away = stats.away;
      console.log(`${day}  the provider is ${away ? "away, for half a day" : "back"}`);
    }
    if (stats.nowMs / stats.durationMs >= (marks[0] ?? 2)) {
      marks.shift();
      await server.kill();
      console.log(`${day}  the server is killed with SIGKILL`);
      await Bun.sleep(DOWN_MS);
      await server.start();
      console.log(`${" ".repeat(9)}  and started again`);
    }
    if (stats.finished) {
      console.log(`${day}  the play is over`);
      return;
    }
    await Bun.sleep(50);
  }
}

/** Waits until the states are the provider's and nothing is pending; gives up after a while, and says how it is then. */
async function settled(
  server: Server,
  provider: Provider,
  reconcile: boolean,
): Promise<[Truth, Found]> {
  const deadline = performance.now() + (reconcile ? SETTLED_MS_MAX : HANDLED_MS_MAX);
  const truth = await provider.truth();
  for (;;) {
    const here = await found(server, "bank");
    const pending = here.events.some(({ status }) => status === "pending");
    if ((stateFaults(truth, here).length === 0 && !pending) || performance.now() > deadline)
      return [truth, here];
    await Bun.sleep(500);
  }
}
