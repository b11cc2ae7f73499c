import { systemClock } from "../../src/base/clock.ts";
import { noLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { openJournal } from "../../src/journal/client.ts";
import { intake } from "./intake.ts";

/** A process that appends without end and prints each key once it is acknowledged. To be killed. */
const [folder = "", life = ""] = process.argv.slice(2);
const store = await openJournal(
  folder,
  { dedupeMs: 30 * 86_400_000 },
  { clock: systemClock, random: systemRandom, log: noLog, onFailure: () => process.exit(1) },
);
let sent = 0;

async function sender(): Promise<void> {
  for (;;) {
    const key = `${life}-${sent++}`;
    const [answer] = await store.journal.append(intake([key]));
    if (answer !== undefined) process.stdout.write(`${key} ${answer.id}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, sender));
