import { Turnstile } from "../base/turnstile.ts";
import type { SourceSettings } from "../config/settings.ts";
import { openProvisional } from "../ingress/provisional.ts";
import type { JournalHandle } from "../journal/client.ts";
import type { FanOut } from "../journal/sending.ts";
import { Desk } from "../mailbox/desk.ts";
import { HandlerPool } from "../mailbox/host/pool.ts";
import { hostSpawner } from "../mailbox/host/spawn.ts";
import { ReplayRunner } from "../mailbox/replays.ts";
import { Roster } from "../mailbox/roster.ts";
import { Why } from "../mailbox/why.ts";
import type { Common, Now } from "./parts.ts";

/** From the journal to the team's code and back, and what operators can do about it. */
export function mailboxes(store: JournalHandle, fanOut: FanOut, now: Now, common: Common) {
  const { journal, reads, mailboxReads } = store;
  const { clock, log } = common;
  const { configPath, handlers } = now.settings;
  const source = (name: string) => sourceOf(name, now);
  const spawn = hostSpawner(clock);
  const pool = new HandlerPool({ clock, log, spawn }, { ...handlers, configPath });
  const own = { ...common, journal };
  const roster = new Roster({ ...own, reads: mailboxReads, handlers: pool, fanOut, source });
  const turnstile = new Turnstile();
  const replays = new ReplayRunner({ ...own, reads, roster, turnstile });
  const why = new Why({ clock, roster, places: pool, source });
  const operations = new Desk({
    clock,
    journal,
    reads: { ...reads, waiting: mailboxReads.waiting },
    roster,
    replays,
    why,
    replaying: turnstile,
  });
  return { pool, roster, replays, operations };
}

/** Without any configuration, what was taken at any path can be processed again like what is configured. */
function sourceOf(name: string, { settings }: Now): SourceSettings | undefined {
  const open = settings.development && settings.configPath === null;
  return settings.sources[name] ?? (open ? openProvisional(name) : undefined);
}
