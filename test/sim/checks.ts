import type { Clock } from "../../src/base/clock.ts";
import type { ConnectionRef, Fact } from "../../src/journal/facts.ts";
import type { WorkItem } from "../../src/journal/journal.ts";
import { isOlder } from "../../src/journal/newest.ts";
import type { Job } from "../../src/mailbox/handlers.ts";
import { isDue } from "../../src/mailbox/item.ts";
import type { Plan } from "./plan.ts";
import type { Store } from "./store.ts";

/** A promise that did not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export interface ChecksDeps {
  readonly clock: Clock;
  readonly store: Store;
  plan(): Plan;
}

export const refOf = (job: Job): ConnectionRef | null => {
  const key = job.event.fact.connection;
  return key === null ? null : { source: job.event.source, key };
};

/** What is always true, looked at whenever a handler starts and whenever a fact is committed. */
export class Checks {
  readonly #deps: ChecksDeps;
  readonly #running = new Map<string, Job>();
  constructor(deps: ChecksDeps) {
    this.#deps = deps;
  }

  /** Whatever ran has died with its process. */
  died(): void {
    this.#running.clear();
  }

  began(job: Job): void {
    const ref = refOf(job);
    const name = ref === null ? `alone ${job.event.seq}` : `${ref.source}/${ref.key}`;
    if (this.#running.has(name)) this.#fail(job, `two handlers run for ${name}`);
    this.#running.set(name, job);
    const item = ref === null ? this.#alone(job) : this.#inOrder(job, ref);
    if (!isDue(item, this.#deps.clock.now())) this.#fail(job, "it runs before its time");
    if (job.attempt !== item.attempts + 1)
      this.#fail(job, `attempt ${job.attempt} follows ${item.attempts}`);
    if (item.counted >= this.#deps.plan().attempts)
      this.#fail(job, "more attempts than the policy allows");
    const steps = this.#deps.store.steps(job.event.seq, job.position);
    const given = new Set(job.event.steps.map(([step]) => step));
    if (!steps.every((step) => given.has(step))) this.#fail(job, "a journaled step is missing");
  }

  ended(job: Job): void {
    const ref = refOf(job);
    this.#running.delete(ref === null ? `alone ${job.event.seq}` : `${ref.source}/${ref.key}`);
  }

  #alone(job: Job): WorkItem {
    const item = this.#deps.store.item(job.event.seq);
    if (item === null || item.position !== job.position) this.#fail(job, "it is settled already");
    return item;
  }

  #inOrder(job: Job, ref: ConnectionRef): WorkItem {
    const view = this.#deps.store.view(ref);
    const place = view.items.findIndex((item) => item.position === job.position);
    const item = view.items[place];
    if (item === undefined || item.event !== job.event.seq)
      this.#fail(job, "it is settled already");
    if (view.status !== "active") this.#fail(job, `it runs while its connection is ${view.status}`);
    const before = view.items.slice(0, place);
    const { order } = this.#deps.plan();
    // In relaxed order a retry that an operator hastened may find its follower on the way already.
    const overtakes =
      order === "strict"
        ? before
        : before.filter(({ dueAt, attempts }) => dueAt === null && attempts === 0);
    if (overtakes.length > 0) this.#fail(job, `it overtakes ${overtakes[0]?.position}`);
    if (job.state !== view.state) this.#fail(job, "it is given another state than the saved one");
    if (job.stale !== isOlder(job.event.fact, view.newest)) this.#fail(job, "stale is wrong");
    return item;
  }

  committing(fact: Fact): void {
    if (fact.kind !== "settled" && fact.kind !== "attempted") return;
    const { event, position } = fact;
    const found = this.#deps.store.item(event);
    if (found?.position !== position) {
      throw new Violation(`${fact.kind} at ${position}, but ${event} waits at ${found?.position}`);
    }
  }

  #fail(job: Job, promise: string): never {
    throw new Violation(
      `event ${job.event.seq} at ${job.position}, attempt ${job.attempt}: ${promise}`,
    );
  }
}
