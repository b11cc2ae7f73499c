import type { Millis } from "../../src/base/clock.ts";
import { parseEventId, type Seq } from "../../src/base/ids.ts";
import { EMITTED_REQUEST, emittedKey } from "../../src/journal/emitted.ts";
import type { Emitted, EventFact, Fact, Intake } from "../../src/journal/facts.ts";
import { type Account, type Entry, statusReason, wait } from "./ledger-rows.ts";

/** When the connection can next be worked on; see `MailboxReads.ready` and `.due`. */
export function schedule(account: Account, at: Seq, bump: boolean): void {
  const queue = [...account.queue.values()];
  const held = queue.find((entry) => entry.position === account.holding);
  const waits = queue.filter((entry) => entry.dueAt !== null);
  const active = account.status === "active";
  const ready = active && held === undefined && waits.length < queue.length;
  if (!ready) account.readySeq = null;
  else if (bump || account.readySeq === null) account.readySeq = at;
  const asleep = !active ? [] : held === undefined ? waits : [held];
  const least = Math.min(...asleep.map((entry) => entry.dueAt ?? 0));
  const latest = Math.max(...asleep.map((entry) => entry.waitingSince ?? 0));
  account.wakeAt = asleep.length === 0 ? null : least;
  account.sleepsSince = asleep.length === 0 ? null : latest;
}

/** What a handler emitted, as if it had come in a request of its own. */
export function emittedIntake(
  emitted: Emitted,
  parent: Entry,
  at: Seq,
  atMs: Millis,
): { intake: Intake; fact: EventFact } {
  const run = parseEventId(parent.id)?.run ?? 0;
  const fact: EventFact = {
    dedupeKey: emittedKey(emitted.id, at, run),
    type: emitted.type,
    connection: parent.fact.connection,
    occurredAt: atMs,
    sequence: null,
    range: null,
  };
  const intake: Intake = {
    source: parent.intake.source,
    origin: "emit",
    at: atMs,
    events: [fact],
    request: EMITTED_REQUEST,
    body: Buffer.from(emitted.data),
    settled: true,
  };
  return { intake, fact };
}

/** What operators and supervision do to a connection. */
export function operate(
  account: Account,
  fact: Extract<Fact, { kind: "paused" | "resumed" | "halted" | "restarted" | "retried" }>,
  at: Seq,
): void {
  if (fact.kind === "restarted") {
    account.restarts++;
    account.restartLog.push(fact.at);
  } else if (fact.kind === "retried") {
    account.holding = null;
    for (const entry of account.queue.values()) wait(entry, null);
  } else {
    account.status = fact.kind === "resumed" ? "active" : fact.kind;
    account.statusAt = fact.at;
    account.reason = statusReason(fact);
    if (fact.kind === "resumed") account.restartLog = [];
  }
  schedule(account, at, true);
}
