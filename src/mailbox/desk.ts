import type { Clock } from "../base/clock.ts";
import { type EventId, type Seq, seq } from "../base/ids.ts";
import { err, ok, type Result } from "../base/result.ts";
import { Turnstile } from "../base/turnstile.ts";
import { isHandled } from "../journal/emitted.ts";
import type { ConnectionRef, EventFilter, Fact, ReplayJob } from "../journal/facts.ts";
import type { Journal, MailboxReads, Reads } from "../journal/journal.ts";
import type { ConnectionRow, EventDetail, EventRow } from "../journal/rows.ts";
import type { OperationRefused, Operations } from "./operations.ts";
import type { ReplayRunner } from "./replays.ts";
import type { Roster } from "./roster.ts";
import { unitName } from "./unit-name.ts";
import type { Why } from "./why.ts";

export interface DeskDeps {
  readonly clock: Clock;
  readonly journal: Pick<Journal, "record">;
  readonly reads: Pick<Reads, "event" | "connection"> & Pick<MailboxReads, "waiting">;
  readonly roster: Pick<Roster, "find" | "settled" | "withhold" | "postItem">;
  readonly replays: ReplayRunner;
  readonly why: Why;
  /** Shared with the replay jobs. */
  readonly replaying: Turnstile;
}

type Settling = {
  readonly outcome: "skipped" | "failed";
  readonly reason: string;
  readonly by: string;
};

/**
 * Where operators' wishes are carried out. While a change is made, its connection takes nothing new, so that what was read stays true
 * until it is journaled; what is running already refuses it as `busy`. One change at a time.
 */
export class Desk implements Operations {
  readonly #deps: DeskDeps;
  readonly #turnstile = new Turnstile();

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  pause(
    ref: ConnectionRef,
    by: string,
    reason: string | null,
  ): Promise<Result<null, OperationRefused>> {
    return this.#change(ref, async () => {
      await this.#record({ kind: "paused", at: this.#now(), connection: ref, by, reason });
      this.#actor(ref)?.changed("paused");
      return ok(null);
    });
  }

  /** Of a connection that is not stopped: nothing changes. */
  resume(ref: ConnectionRef, by: string): Promise<Result<null, OperationRefused>> {
    return this.#change(ref, async (row) => {
      if (row.status === "active") return ok(null);
      await this.#record({ kind: "resumed", at: this.#now(), connection: ref, by });
      this.#actor(ref)?.changed("active");
      return ok(null);
    });
  }

  retry(ref: ConnectionRef, by: string): Promise<Result<null, OperationRefused>> {
    return this.#change(ref, async (row) => {
      if (row.head === null) return err("empty");
      const fact = { kind: "retried", at: this.#now(), connection: ref, by } as const;
      const wished = await this.#deps.journal.record(fact);
      this.#actor(ref)?.mailbox.clearWaits(wished);
      return ok(null);
    });
  }

  skipHead(ref: ConnectionRef, by: string): Promise<Result<Seq, OperationRefused>> {
    return this.#settleHead(ref, { outcome: "skipped", reason: `Skipped by ${by}.`, by });
  }

  parkHead(ref: ConnectionRef, by: string): Promise<Result<Seq, OperationRefused>> {
    return this.#settleHead(ref, { outcome: "failed", reason: `Parked by ${by}.`, by });
  }

  #settleHead(ref: ConnectionRef, settling: Settling): Promise<Result<Seq, OperationRefused>> {
    return this.#change(ref, async () => {
      const inHand = this.#actor(ref)?.item?.event;
      const head = (await this.#deps.reads.waiting(ref, seq(0), 1)).items[0];
      if (head === undefined) return err("empty");
      if (head.event === inHand) return err("busy");
      await this.#settle(head, settling);
      this.#deps.roster.settled(unitName(ref, head.event), head);
      return ok(head.event);
    });
  }

  /** Whether the body is gone or not: skipping needs none. */
  async skip(
    event: EventId,
    by: string,
    reason: string | null,
  ): Promise<Result<null, OperationRefused>> {
    const known = await this.#deps.reads.event(event);
    if (known === null) return err("not_found");
    const name = unitName(refOf(known), known.seq);
    return this.#turnstile.run(() =>
      this.#deps.roster.withhold(name, async () => {
        if (this.#deps.roster.find(name)?.item?.event === known.seq) return err("busy");
        const now = await this.#deps.reads.event(event);
        if (now?.status !== "pending") return err("wrong_status");
        const { position, seq: place, attempts } = now;
        const why = reason ?? `Skipped by ${by}.`;
        await this.#settle(
          { position, event: place, attempts },
          { outcome: "skipped", reason: why, by },
        );
        this.#deps.roster.settled(name, { position, event: place });
        return ok(null);
      }),
    );
  }

  replay(event: EventId, by: string): Promise<Result<null, OperationRefused>> {
    return this.#deps.replaying.run(async () => {
      const row = await this.#deps.reads.event(event);
      if (row === null) return err("not_found");
      if (row.status === "pending" || !isHandled(row.origin)) return err("wrong_status");
      if (row.body === null) return err("body_gone");
      const fact = { kind: "replayed", at: this.#now(), events: [row.seq], job: null, by } as const;
      const position = await this.#deps.journal.record(fact);
      const untried = { counted: 0, attempts: 0, dueAt: null, waitingSince: null };
      this.#deps.roster.postItem(row.source, refOf(row), { position, event: row.seq, ...untried });
      return ok(null);
    });
  }

  createJob(
    filter: EventFilter,
    options: { rate: number | null; by: string },
  ): Promise<{ id: string; job: ReplayJob }> {
    return this.#deps.replays.create(filter, options.rate, options.by);
  }

  pauseJob(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#deps.replays.pause(id, by);
  }

  resumeJob(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#deps.replays.resume(id, by);
  }

  cancelJob(id: string, by: string): Promise<Result<ReplayJob, OperationRefused>> {
    return this.#deps.replays.cancel(id, by);
  }

  whyEventWaits(
    event: EventRow,
    behind: EventDetail["behind"],
    connection: ConnectionRow | null,
  ): string | null {
    return this.#deps.why.event(event, behind, connection);
  }

  whyConnectionWaits(connection: ConnectionRow): string | null {
    return this.#deps.why.connection(connection);
  }

  #change<T>(
    ref: ConnectionRef,
    change: (row: ConnectionRow) => Promise<Result<T, OperationRefused>>,
  ): Promise<Result<T, OperationRefused>> {
    return this.#turnstile.run(() =>
      this.#deps.roster.withhold(unitName(ref, seq(0)), async () => {
        const row = await this.#deps.reads.connection(ref);
        return row === null ? err("not_found") : change(row);
      }),
    );
  }

  async #settle(
    item: { readonly position: Seq; readonly event: Seq; readonly attempts: number },
    settling: Settling,
  ): Promise<void> {
    const { outcome, reason, by } = settling;
    const { position, event, attempts: attempt } = item;
    const error = outcome === "failed" ? { code: "parked", message: reason } : null;
    const effects = { state: null, emitted: [], startedAt: null, durationMs: 0, stale: false };
    const at = this.#now();
    await this.#record({
      kind: "settled",
      at,
      event,
      position,
      outcome,
      reason,
      error,
      ...effects,
      attempt,
      by,
    });
  }

  async #record(fact: Fact): Promise<void> {
    await this.#deps.journal.record(fact);
  }

  #actor(ref: ConnectionRef): ReturnType<Roster["find"]> {
    return this.#deps.roster.find(unitName(ref, seq(0)));
  }

  #now(): number {
    return this.#deps.clock.now();
  }
}

function refOf(row: {
  readonly source: string;
  readonly connection: string | null;
}): ConnectionRef | null {
  return row.connection === null ? null : { source: row.source, key: row.connection };
}
