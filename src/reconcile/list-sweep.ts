import type { Log } from "../base/log.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Door } from "../ingress/split.ts";
import type { Intake } from "../journal/facts.ts";
import type { ApiFault, ListAsk, ListPage, ListRecovery } from "../providers/recovery.ts";
import { type Course, requestOf } from "./course.ts";
import { type Cursor, KEPT_BYTES_MAX, type Window, writeCursor } from "./cursor.ts";
import { enterAll } from "./entering.ts";

export interface ListSweepDeps {
  readonly log: Log;
  readonly door: Pick<Door, "split" | "enter">;
}

/** Pages of one sweep: a provider whose list has no end is not listed for ever. */
const PAGES_MAX = 10_000;
/** What is held back of a list that comes newest first, to be journaled oldest first. */
const HELD_ITEMS_MAX = 10_000;
const HELD_BYTES_MAX = 32 * 2 ** 20;

interface Gathered {
  /** Pages in the order in which they came, each oldest first. */
  pages: (readonly Intake[])[];
  items: number;
  bytes: number;
}

const nothing = (): Gathered => ({ pages: [], items: 0, bytes: 0 });

/**
 * Lists what a provider has since a moment, page by page, and lets it in. Pages that come oldest first are
 * journaled one by one, each with the cursor behind it. Of others the whole list is gathered first and
 * journaled from its end, so that the journal's order is the provider's; a list that is larger than what
 * may be held is journaled in pieces, each in order, and the cursor moves with the last. A crash anywhere
 * repeats what the cursor has not passed: what is journaled by then is a duplicate.
 */
export class ListSweep {
  readonly #deps: ListSweepDeps;
  readonly #recovery: ListRecovery;
  readonly #course: Course;
  readonly #before: Cursor | null;
  #kept: string | null = null;
  #gathered = nothing();

  /** `before`: where the last sweep ended. A poll of one connection leaves it where it is. */
  constructor(deps: ListSweepDeps, recovery: ListRecovery, course: Course, before: Cursor | null) {
    this.#deps = deps;
    this.#recovery = recovery;
    this.#course = course;
    this.#before = before;
  }

  /** Journals everything up to and with its last fact. Rejects with `JournalRefused`. */
  async run({ from, since, kept: lead }: Window): Promise<Result<null, ApiFault>> {
    const { plan, to, api } = this.#course;
    this.#course.from = from;
    const own = plan.connection !== null || plan.since !== null;
    this.#kept = lead;
    const kept = own ? null : lead;
    const ask = { since, until: to, kept, connection: plan.connection };
    let page: string | null = null;
    for (let count = 1; ; count++) {
      const listed: Result<ListPage, ApiFault> = await this.#recovery.list({ ...ask, page }, api);
      if (!listed.ok) return await this.#broken(listed.error);
      const { missed, next, keep } = listed.value;
      this.#gather(missed);
      if (keep !== null && Buffer.byteLength(keep) <= KEPT_BYTES_MAX) this.#kept = keep;
      if (next === null) break;
      if (next === page || count === PAGES_MAX) return await this.#broken(endless(ask));
      page = next;
      if (this.#recovery.oldestFirst === true || this.#isFull()) await this.#enter(false);
    }
    await this.#enter(true);
    return ok(null);
  }

  #gather(missed: ListPage["missed"]): void {
    const { door, log } = this.#deps;
    const { plan, api } = this.#course;
    const request = requestOf(api.last);
    const finding = { at: this.#course.now(), request, origin: "poll", sweep: plan.id } as const;
    const page: Intake[] = [];
    for (const item of missed) {
      const intake = door.split(plan.source, item, finding);
      if (!intake.ok) {
        this.#course.unfit++;
        log.warn("the provider lists something that is no event", {
          source: plan.source,
          sweep: plan.id,
          detail: intake.error.slice(0, 500),
        });
        continue;
      }
      this.#course.found += intake.value.events.length;
      if (intake.value.events.length === 0) continue;
      page.push(intake.value);
      this.#gathered.bytes += intake.value.body.byteLength;
    }
    this.#gathered.pages.push(page);
    this.#gathered.items += page.length;
  }

  #isFull(): boolean {
    return this.#gathered.items >= HELD_ITEMS_MAX || this.#gathered.bytes >= HELD_BYTES_MAX;
  }

  async #enter(last: boolean): Promise<void> {
    const { pages } = this.#gathered;
    const ordered = this.#recovery.oldestFirst === true ? pages : pages.toReversed();
    this.#gathered = nothing();
    const intakes = ordered.flat();
    const fact = this.#course.swept(last ? "done" : "page", this.#cursor(last));
    if (!last && intakes.length === 0) return;
    this.#course.recovered += await enterAll(this.#deps.door, intakes, [fact]);
  }

  /** What is behind this commit, for the source's next sweep. */
  #cursor(last: boolean): string | null {
    const { plan, to } = this.#course;
    if (plan.connection !== null || plan.since !== null) return null;
    if (last) return writeCursor({ to, kept: this.#kept });
    if (this.#recovery.oldestFirst !== true || this.#before === null) return null;
    return this.#kept === this.#before.kept
      ? null
      : writeCursor({ to: this.#before.to, kept: this.#kept });
  }

  /** What was gathered before it broke is kept: the next sweep finds it as duplicates. */
  async #broken(fault: ApiFault): Promise<Result<never, ApiFault>> {
    this.#kept = this.#before?.kept ?? null;
    if (this.#gathered.items > 0 && !this.#course.signal.aborted) await this.#enter(false);
    return err(fault);
  }
}

const endless = ({ since }: Pick<ListAsk, "since">): ApiFault => ({
  code: "unreadable",
  detail: `The list since ${new Date(since).toISOString()} does not end: its pages repeat, or there are more than ${PAGES_MAX}.`,
});
