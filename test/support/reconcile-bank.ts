import { ok, type Result } from "../../src/base/result.ts";
import type {
  ApiFault,
  Difference,
  ListAsk,
  ListPage,
  ListRecovery,
  StateRecovery,
} from "../../src/providers/recovery.ts";
import type { SimClock } from "./sim-clock.ts";

export interface BankEvent {
  readonly id: string;
  readonly account: string;
  readonly at: number;
}

const fault: Result<never, ApiFault> = {
  ok: false,
  error: { code: "unavailable", detail: "the bank is away" },
};

/** A bank that lists its events, `pageSize` at a time, newest page first or oldest first. */
export class ListingBank implements ListRecovery {
  readonly kind = "list";
  readonly windowMs = 30 * 86_400_000;
  readonly overlapMs = 60_000;
  readonly perSecond = 100;
  readonly lacks = null;
  readonly oldestFirst?: true;
  readonly events: BankEvent[] = [];
  readonly asks: ListAsk[] = [];
  pageSize = 2;
  away = false;
  /** Called before each page. */
  paging: (ask: ListAsk) => void | Promise<void> = () => undefined;

  constructor(order: "oldest" | "newest" = "newest") {
    if (order === "oldest") this.oldestFirst = true;
  }

  happen(id: string, at: number, account = "a"): BankEvent {
    const event = { id, account, at };
    this.events.push(event);
    return event;
  }

  async list(ask: ListAsk): Promise<Result<ListPage, ApiFault>> {
    this.asks.push(ask);
    await this.paging(ask);
    if (this.away) return fault;
    const within = this.events
      .filter(({ at }) => at >= ask.since && at <= ask.until)
      .toSorted((a, b) => a.at - b.at);
    const from = Number(ask.page ?? 0);
    const [start, end] =
      this.oldestFirst === true
        ? [from, from + this.pageSize]
        : [Math.max(0, within.length - from - this.pageSize), within.length - from];
    const missed = within.slice(start, end).map(missedOf);
    const next = from + this.pageSize < within.length ? String(from + this.pageSize) : null;
    return ok({ missed, next, keep: null });
  }
}

export const missedOf = (event: unknown) => ({
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify(event)),
});

export interface BankState {
  readonly version: number;
  readonly balance: number;
}

/** A bank that only knows its accounts' states. Answers may be slow, or not come at all. */
export class KnowingBank implements StateRecovery {
  readonly kind = "state";
  readonly perSecond = 100;
  readonly lacks = null;
  readonly accounts = new Map<string, BankState>();
  readonly calls: string[] = [];
  away = false;
  complete = true;
  /** Called after the answer was made up and before it is given. */
  answering: (call: string) => void | Promise<void> = () => undefined;
  busy = 0;
  busyMax = 0;

  change(key: string, balance: number): void {
    const version = (this.accounts.get(key)?.version ?? 0) + 1;
    this.accounts.set(key, { version, balance });
  }

  async list() {
    const states = [...this.accounts].map(([key, state]) => ({ key, state: { ...state } }));
    return this.#answer("list", { states, next: null, complete: this.complete });
  }

  async fetch(key: string) {
    return this.#answer(key, this.accounts.get(key) ?? null);
  }

  async #answer<T>(call: string, value: T): Promise<Result<T, ApiFault>> {
    this.calls.push(call);
    this.busyMax = Math.max(this.busyMax, ++this.busy);
    const { away } = this;
    await this.answering(call);
    this.busy--;
    return away ? fault : ok(value);
  }

  differences(before: unknown, after: unknown): readonly Difference[] {
    const [was, is] = [before as BankState | null, after as BankState | null];
    if (is === null) return was === null ? [] : [made("deleted", `deleted/${was.version}`, was)];
    if (was === null) return [made("created", `created/${is.version}`, is)];
    return was.version === is.version ? [] : [made("updated", `updated/${is.version}`, is)];
  }
}

const made = (kind: string, id: string, data: BankState): Difference => ({
  type: `account.${kind}`,
  id,
  occurredAt: null,
  sequence: data.version,
  data,
});

/** Runs the clock until the promise is settled. */
export async function within<T>(clock: SimClock, promise: Promise<T>, ms = 600_000): Promise<T> {
  let done = false;
  const watched = promise.finally(() => {
    done = true;
  });
  watched.catch(() => undefined);
  await clock.settle();
  for (let passed = 0; !done && passed < ms; passed += 1_000) await clock.advance(1_000);
  return watched;
}
