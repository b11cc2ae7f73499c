import { join, resolve } from "node:path";
import { type Random, seededRandom } from "../../src/base/random.ts";
import { Server } from "../../test/support/executable.ts";
import { check, type Row } from "./checks.ts";
import { githubPostings, type Posting, SECRETS, shopPostings, stripePostings } from "./postings.ts";
import { type Sent, sendAll } from "./senders.ts";
import { table } from "./table.ts";

const SENDERS = 12;
const KILLS = [1 / 3, 2 / 3];
const top = resolve(import.meta.dir, "../..");

/**
 * Starts the executable with `examples/demo`, posts every example payload of GitHub signed by Octokit, a few
 * hundred Stripe events signed by Stripe's package and batches of a sender of our own, with duplicates and
 * several senders at once; kills the server with SIGKILL twice on the way; then checks from outside that each
 * distinct event was handled exactly once by its connection's state, in the order of the journal. Answers 1
 * if a single one is missing. `lose` leaves one request out, to show that it would be noticed.
 */
export async function firstAct({ seed, lose }: { seed: number; lose: boolean }): Promise<number> {
  const random = seededRandom(seed);
  const began = performance.now();
  const postings = [
    ...(await githubPostings(random)),
    ...stripePostings(random, 300),
    ...shopPostings(random, 30, 25),
  ];
  const queue = withDuplicates(postings, random);
  const server = await Server.create({
    config: { path: join(top, "examples/demo/longstop.config.ts") },
    env: SECRETS,
  });
  try {
    await server.start();
    console.log(`started    ${server.publicUrl}, data in ${server.dataDir}`);
    const sent = await sendThroughKills(
      server,
      queue,
      lose ? (postings[random.below(postings.length)] ?? null) : null,
    );
    console.log(
      `sent       ${sent.requests} requests by ${SENDERS} senders at once; ${sent.retries} tries were repeated, ${sent.duplicates} duplicates recognised`,
    );
    const rows = await check(server, postings, sent);
    const code = await server.stop();
    const faults = [
      ...sent.faults,
      ...rows.flatMap((row) => row.faults),
      ...(code === 0 ? [] : [`the server ended with ${code}`]),
    ];
    console.log(`checked    through the operators' API, after ${KILLS.length} kills\n`);
    console.log(verdicts(rows));
    for (const fault of faults.slice(0, 20)) console.log(`wrong: ${fault}`);
    if (faults.length > 0) console.log(`\n${await server.logs()}`);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      faults.length === 0
        ? `\nnothing lost, nothing twice, all in order (${seconds} s)`
        : `\n${faults.length} faults (${seconds} s)`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    await server.remove();
  }
}

/** About a fifth of the requests come twice: half of those at once, half at the very end. */
function withDuplicates(postings: readonly Posting[], random: Random): Posting[] {
  const queue: Posting[] = [];
  const late: Posting[] = [];
  for (const posting of shuffled(postings, random)) {
    queue.push(posting);
    const draw = random.unit();
    if (draw < 0.1) queue.push(posting);
    else if (draw < 0.2) late.push(posting);
  }
  return [...queue, ...late];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => [random.unit(), item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item);
}

async function sendThroughKills(
  server: Server,
  queue: readonly Posting[],
  lose: Posting | null,
): Promise<Sent> {
  const marks = KILLS.map((share) => Math.floor(share * queue.length));
  let lives = Promise.resolve();
  const onAcknowledged = (count: number): void => {
    if (count !== marks[0]) return;
    marks.shift();
    lives = lives.then(async () => {
      const began = performance.now();
      await server.kill();
      console.log(
        `killed     with SIGKILL after ${count} acknowledged requests, ${SENDERS} senders under way`,
      );
      await server.start();
      console.log(`restarted  ready again after ${Math.round(performance.now() - began)} ms`);
    });
  };
  const sent = await sendAll(queue, SENDERS, server.publicUrl, onAcknowledged, lose);
  await lives;
  return sent;
}

function verdicts(rows: readonly Row[]): string {
  return table([
    ["source", "distinct events", "handled once", "connections", "without one", "order", "verdict"],
    ...rows.map((row) => {
      const good = row.faults.length === 0;
      return [
        row.source,
        row.distinct,
        row.handled,
        row.connections,
        row.alone,
        good ? "journal's" : "?",
        good ? "ok" : `${row.faults.length} FAULTS`,
      ].map(String);
    }),
  ]);
}
