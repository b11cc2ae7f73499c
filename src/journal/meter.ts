import type { Clock } from "../base/clock.ts";
import { Counter, type Family, Histogram } from "../base/metrics.ts";
import type { Appended, Fact, Intake } from "./facts.ts";
import type { CommitPort } from "./group-commit.ts";
import { type Journal, JournalRefused } from "./journal.ts";

/** Seconds. A local disk's sync stands at the lower end, one in trouble at the upper. */
const ACK_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const WORK_BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const BATCH_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/**
 * Counts what goes through the journal's one door: everything that happens is a fact there, so that no
 * other part needs to count. Adds well under a microsecond to an append, and nothing to what it takes.
 */
export class JournalMeter {
  readonly #clock: Clock;
  readonly #acks = new Histogram(
    "longstop_ack_seconds",
    "From a verified request to its events being on disk, when it is acknowledged.",
    ACK_BOUNDS,
  );
  readonly #commits = new Histogram(
    "longstop_journal_commit_seconds",
    "From a batch being handed to the log's thread to it being on disk.",
    ACK_BOUNDS,
  );
  readonly #batches = new Histogram(
    "longstop_journal_batch_entries",
    "Entries of the log in one commit.",
    BATCH_BOUNDS,
  );
  readonly #refused = new Counter(
    "longstop_journal_refused_total",
    "Requests and facts that the journal did not take, by why.",
    ["code"],
  );
  readonly #handlers = new Histogram(
    "longstop_handler_seconds",
    "One attempt of a handler.",
    WORK_BOUNDS,
  );
  readonly #attempts = new Counter(
    "longstop_handler_attempts_total",
    "Attempts of handlers, by what came of them.",
    ["outcome"],
  );
  readonly #deliveries = new Counter(
    "longstop_delivery_attempts_total",
    "Tries at deliveries, by endpoint and by what came of them.",
    ["endpoint", "outcome"],
  );
  readonly #sends = new Histogram(
    "longstop_delivery_seconds",
    "One try at a delivery, from its beginning to the subscriber's answer.",
    WORK_BOUNDS,
  );
  readonly #sweeps = new Counter(
    "longstop_sweeps_total",
    "Times that a provider was asked for what was missed, by how that ended.",
    ["source", "phase"],
  );
  readonly #healed = new Counter(
    "longstop_healed_events_total",
    "Events that no webhook had brought and a sweep found.",
    ["source"],
  );

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  families(): readonly Family[] {
    const journal = [this.#acks, this.#commits, this.#batches, this.#refused];
    const handlers = [this.#handlers, this.#attempts];
    return [...journal, ...handlers, this.#deliveries, this.#sends, this.#sweeps, this.#healed];
  }

  /** The same journal, counted. */
  around(journal: Journal): Journal {
    return {
      append: (intake) => this.#append(intake, journal),
      record: (fact) => {
        const recorded = journal.record(fact);
        recorded.then(() => this.#fact(fact), this.#refusal);
        return recorded;
      },
      appendTogether: (intakes, facts) => {
        const together = journal.appendTogether(intakes, facts);
        together.then((answers) => {
          for (const [place, intake] of intakes.entries())
            this.#found(intake, answers[place] ?? []);
          for (const fact of facts) this.#fact(fact);
        }, this.#refusal);
        return together;
      },
      pressure: () => journal.pressure(),
    };
  }

  /** The same way to the log's thread, counted by batch. */
  aroundPort(port: CommitPort): CommitPort {
    return {
      commit: (batch) => {
        const begun = this.#clock.monotonic();
        const { entries } = batch;
        const committed = port.commit(batch);
        const done = (): void => {
          this.#batches.observe(entries);
          this.#commits.observe(this.#since(begun));
        };
        committed.then(done, done);
        return committed;
      },
    };
  }

  #append(intake: Intake, journal: Journal): Promise<readonly Appended[]> {
    const begun = this.#clock.monotonic();
    const appended = journal.append(intake);
    appended.then((answers) => {
      if (intake.origin === "webhook") this.#acks.observe(this.#since(begun));
      this.#found(intake, answers);
    }, this.#refusal);
    return appended;
  }

  #found({ sweep, source }: Intake, answers: readonly Appended[]): void {
    if (sweep === undefined) return;
    const fresh = answers.filter(({ duplicate }) => !duplicate).length;
    if (fresh > 0) this.#healed.add([source], fresh);
  }

  #fact(fact: Fact): void {
    switch (fact.kind) {
      case "settled":
      case "attempted":
        if (fact.startedAt === null) return;
        this.#handlers.observe(fact.durationMs / 1000);
        this.#attempts.add([fact.kind === "settled" ? fact.outcome : "retry"]);
        return;
      case "tried":
        this.#sends.observe(fact.durationMs / 1000);
        this.#deliveries.add([fact.delivery.endpoint, fact.outcome]);
        return;
      case "swept":
        if (fact.phase !== "page") this.#sweeps.add([fact.source, fact.phase]);
        return;
      default:
    }
  }

  readonly #refusal = (error: unknown): void => {
    this.#refused.add([error instanceof JournalRefused ? error.code : "failing"]);
  };

  #since(begun: number): number {
    return (this.#clock.monotonic() - begun) / 1000;
  }
}
