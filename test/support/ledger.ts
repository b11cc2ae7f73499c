import type { Millis } from "../../src/base/clock.ts";
import { type Seq, seq } from "../../src/base/ids.ts";
import { widthOf } from "../../src/journal/batch.ts";
import { isHandled } from "../../src/journal/emitted.ts";
import type {
  Appended,
  ConnectionRef,
  Emitted,
  EventFact,
  Fact,
  Intake,
  ReplayJob,
  StoredKey,
} from "../../src/journal/facts.ts";
import { newerOf } from "../../src/journal/newest.ts";
import { emittedIntake, operate, schedule } from "./ledger-parts.ts";
import { ReconcilingLedger } from "./ledger-reconciling.ts";
import {
  type Account,
  connectionName,
  type Entry,
  freshAccount,
  freshEntry,
  wait,
} from "./ledger-rows.ts";
import { SendingLedger } from "./ledger-sending.ts";

/**
 * What every fact means, as plainly as it can be said: maps in memory, no batches, no thread. It is the
 * model that a real projection is held against, and the truth that the simulation checks.
 */
export class Ledger {
  readonly events = new Map<Seq, Entry>();
  readonly connections = new Map<string, Account>();
  readonly jobs = new Map<string, ReplayJob>();
  readonly keys = new Map<string, StoredKey>();
  readonly secrets = new Map<string, Map<string, Millis>>();
  readonly sending = new SendingLedger();
  readonly reconciling = new ReconcilingLedger();
  readonly #dedupe = new Map<string, Entry>();
  readonly #emits = new Map<string, Entry>();
  /** Unsettled work by position, in order of position. */
  readonly work = new Map<Seq, Entry>();
  readonly run: number;
  last = seq(0);

  constructor(run = 1) {
    this.run = run;
  }

  /** Takes one place per event, at least one. */
  append(intake: Intake): Appended[] {
    const first = this.#take(Math.max(1, intake.events.length));
    return intake.events.map((fact, index) => this.#enter(intake, fact, seq(first + index), first));
  }

  #enter(intake: Intake, fact: EventFact, at: Seq, requestSeq: Seq): Appended {
    const key = `${intake.source}\n${fact.dedupeKey}`;
    const original = this.#dedupe.get(key);
    if (original !== undefined) {
      original.duplicates++;
      return { id: original.id, seq: original.seq, duplicate: true };
    }
    const entry = freshEntry(intake, fact, at, requestSeq, this.run);
    this.#dedupe.set(key, entry);
    this.events.set(at, entry);
    if (!intake.settled) this.work.set(at, entry);
    const owed = intake.deliveries?.[intake.events.indexOf(fact)] ?? [];
    if (intake.settled) this.sending.owe(owed, entry, at);
    if (intake.sweep !== undefined) this.reconciling.healed(intake, intake.sweep, fact);
    const account = this.#accountOf(entry);
    if (account !== null) {
      if (!intake.settled) account.queue.set(at, entry);
      account.events++;
      account.lastEventAt = intake.at;
      schedule(account, at, false);
    }
    return { id: entry.id, seq: at, duplicate: false };
  }

  /** Returns the fact's (first) place. What names an event that is not at that position changes nothing. */
  record(fact: Fact): Seq {
    const at = this.#take(widthOf(fact));
    if (fact.kind === "acted") return at; // Changes nothing else.
    switch (fact.kind) {
      case "settled":
        this.#settled(fact, at);
        break;
      case "attempted":
        this.#attempted(fact, at);
        break;
      case "stepped":
        this.#stepped(fact);
        break;
      case "replayed":
        this.#replayed(fact, at);
        break;
      case "paused":
      case "resumed":
      case "halted":
      case "restarted":
      case "retried":
        operate(this.#account(fact.connection), fact, at);
        break;
      case "job":
        this.jobs.set(fact.id, fact.job);
        break;
      case "key_created":
        this.keys.set(fact.key.id, fact.key);
        break;
      case "key_revoked":
        this.keys.delete(fact.id);
        break;
      case "secret_used":
        this.#secretUsed(fact);
        break;
      case "swept":
      case "snapshot":
      case "expected":
        this.reconciling.record(fact);
        break;
      default:
        this.sending.record(fact, at, (place) => this.events.get(place) ?? null);
    }
    return at;
  }

  account(ref: ConnectionRef): Account | null {
    return this.connections.get(connectionName(ref)) ?? null;
  }

  #settled(fact: Extract<Fact, { kind: "settled" }>, at: Seq): void {
    const entry = this.work.get(fact.position);
    if (entry === undefined || entry.seq !== fact.event) return;
    this.work.delete(fact.position);
    entry.status = fact.outcome;
    entry.settledAt = fact.at;
    wait(entry, null);
    entry.stale = fact.stale;
    entry.error = fact.error;
    entry.reason = fact.reason;
    if (fact.attempt > 0) entry.attempts = fact.attempt;
    const { position, attempt, startedAt, durationMs, outcome, error } = fact;
    entry.log.push({ position, attempt, startedAt, durationMs, outcome, error, nextAt: null });
    if (fact.deliveries !== undefined && fact.outcome === "completed")
      this.sending.owe(fact.deliveries, entry, at);
    for (const [index, emitted] of fact.emitted.entries())
      this.#emitted(emitted, entry, seq(at + 1 + index), at, fact.at);
    const account = this.#accountOf(entry);
    if (account === null) return;
    account.queue.delete(position);
    if (fact.state !== null) account.state = fact.state;
    if (fact.outcome === "completed" && !fact.stale)
      account.newest = newerOf(account.newest, entry.fact);
    if (account.holding === position) account.holding = null;
    schedule(account, at, true);
  }

  /** An event of its own, completed as it is; of one source the same id makes one only. */
  #emitted(emitted: Emitted, parent: Entry, at: Seq, settling: Seq, atMs: Millis): void {
    const { source } = parent.intake;
    const key = `${source}\n${emitted.id}`;
    const original = emitted.id === null ? undefined : this.#emits.get(key);
    if (original !== undefined) {
      original.duplicates++;
      return;
    }
    const { intake, fact } = emittedIntake(emitted, parent, at, atMs);
    const entry = freshEntry(intake, fact, at, settling, this.run);
    this.events.set(at, entry);
    if (emitted.id !== null) this.#emits.set(key, entry);
    const account = this.#accountOf(entry);
    if (account !== null) account.events++;
    this.sending.owe(emitted.deliveries ?? [], entry, at);
  }

  #attempted(fact: Extract<Fact, { kind: "attempted" }>, at: Seq): void {
    const entry = this.work.get(fact.position);
    if (entry === undefined || entry.seq !== fact.event) return;
    entry.attempts = fact.attempt;
    if (!fact.asked) entry.counted++;
    wait(entry, fact);
    entry.error = fact.error;
    const { position, attempt, startedAt, durationMs, error, nextAt } = fact;
    entry.log.push({ position, attempt, startedAt, durationMs, outcome: "retry", error, nextAt });
    const account = this.#accountOf(entry);
    if (account === null) return;
    if (fact.holds) account.holding = position;
    else if (account.holding === position) account.holding = null;
    schedule(account, at, true);
  }

  #stepped(fact: Extract<Fact, { kind: "stepped" }>): void {
    const steps = this.work.get(fact.position)?.steps;
    if (steps === undefined || steps.some((step) => step.name === fact.name)) return;
    steps.push({ name: fact.name, result: fact.result, at: fact.at });
  }

  /** Pending events keep their place: they are processed anyway. */
  #replayed(fact: Extract<Fact, { kind: "replayed" }>, at: Seq): void {
    for (const [index, event] of fact.events.entries()) {
      const entry = this.events.get(event);
      if (entry === undefined || entry.status === "pending") continue;
      if (!isHandled(entry.intake.origin)) continue;
      entry.status = "pending";
      entry.position = seq(at + index);
      entry.counted = 0;
      entry.attempts = 0;
      entry.settledAt = null;
      entry.error = null;
      entry.reason = null;
      entry.steps = [];
      entry.replays++;
      this.work.set(entry.position, entry);
      const account = this.#accountOf(entry);
      if (account === null) continue;
      account.queue.set(entry.position, entry);
      schedule(account, entry.position, false);
    }
    const job = fact.job === null ? undefined : this.jobs.get(fact.job);
    if (fact.job === null || job === undefined) return;
    const cursor = fact.events.at(-1) ?? job.cursor;
    this.jobs.set(fact.job, { ...job, done: job.done + fact.events.length, cursor });
  }

  #secretUsed(fact: Extract<Fact, { kind: "secret_used" }>): void {
    const uses = this.secrets.get(fact.source) ?? new Map<string, Millis>();
    uses.set(fact.fingerprint, fact.at);
    this.secrets.set(fact.source, uses);
  }

  #accountOf(entry: Entry): Account | null {
    const key = entry.fact.connection;
    return key === null ? null : this.#account({ source: entry.intake.source, key });
  }

  #account(ref: ConnectionRef): Account {
    const name = connectionName(ref);
    const known = this.connections.get(name);
    if (known !== undefined) return known;
    this.connections.set(name, freshAccount(ref));
    return this.#account(ref);
  }

  #take(width: number): Seq {
    const first = seq(this.last + 1);
    this.last = seq(this.last + width);
    return first;
  }
}
