import type { Clock } from "../../src/base/clock.ts";
import { noLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { Turnstile } from "../../src/base/turnstile.ts";
import type { SourceSettings } from "../../src/config/settings.ts";
import type { Journal, MailboxReads, Reads } from "../../src/journal/journal.ts";
import { Desk } from "../../src/mailbox/desk.ts";
import { ReplayRunner } from "../../src/mailbox/replays.ts";
import type { Roster } from "../../src/mailbox/roster.ts";
import { Why } from "../../src/mailbox/why.ts";

export type DeskReads = Pick<MailboxReads, "waiting"> &
  Pick<Reads, "events" | "event" | "count" | "oldest" | "connection" | "job" | "runningJobs">;

/** A desk with everything behind it. */
export function openDesk(deps: {
  clock: Clock;
  journal: Pick<Journal, "record">;
  reads: DeskReads;
  roster: Roster;
  source: (name: string) => SourceSettings | undefined;
}): { desk: Desk; replays: ReplayRunner } {
  const { clock, journal, reads, roster, source } = deps;
  const turnstile = new Turnstile();
  const random = seededRandom(7);
  const replays = new ReplayRunner({
    clock,
    random,
    log: noLog,
    journal,
    reads,
    roster,
    turnstile,
  });
  const why = new Why({ clock, roster, places: { describe: () => null }, source });
  const desk = new Desk({ clock, journal, reads, roster, replays, why, replaying: turnstile });
  return { desk, replays };
}
