import type { SourceConfig } from "./config.ts";
import type { Duration, LogFields, OnEvent, Payload } from "./handler.ts";

/** An event to try a handler with. `sample` makes one; a literal does as well: `{ type: "order.paid", data: { … } }`. */
export interface TestEvent {
  readonly type: string;
  /** The payload, any JSON. */
  readonly data?: Payload;
  /** The exact bytes in place of `data`, of the media type that `headers` say: a form, XML, what cannot be read. */
  readonly raw?: string | Uint8Array;
  /** The provider's id, by which a second arrival is known. Default: one that no other has. */
  readonly id?: string;
  /** Whose turn it takes, and whose state it sees. Default `"test"`; `null`: it stands alone, and no state is kept. */
  readonly connection?: string | null;
  readonly occurredAt?: Date | string | null;
  /** The provider's own order within the connection. */
  readonly sequence?: number | string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly origin?: "webhook" | "poll" | "emit" | "publish";
}

export interface SampleOptions {
  /** Merged into the provider's sample as a JSON Merge Patch (RFC 7396): `null` removes. Of a batch: into the event. */
  readonly data?: Payload;
  /** The provider's id of the event. Default: one that no other sample has. */
  readonly id?: string;
  /** When it happened. Default: each sample a second after the one before. */
  readonly at?: Date | string;
}

/** What becomes of a step instead of running: the error is thrown, or it hangs until the handler's time is up. */
export type StepFailure = Error | "hang";

export interface DeliverOptions<State = Payload> {
  /** The connection's state before. Default `{}`. */
  readonly state?: State;
  /** Which attempt this is, from 1. */
  readonly attempt?: number;
  /** Results of steps that ran in earlier attempts, by name: `steps` of an earlier result. */
  readonly steps?: Readonly<Record<string, Payload>>;
  /** The event is older than the newest one applied to its connection. */
  readonly stale?: boolean;
  /** By the step's name. Of a list, one for each time that it is tried; `null` lets it run. */
  readonly failures?: Readonly<Record<string, StepFailure | readonly (StepFailure | null)[]>>;
  /** As soon as the handler waits for something: its time is up, or the process stops. */
  readonly interrupt?: "timeout" | "shutdown";
  /** `settled`: tries again, as often as the source's `retry` allows, until the event is settled. Default: one attempt. */
  readonly until?: "settled";
  /** Default: one of its own, that stands still while a handler runs and moves on between attempts. */
  readonly clock?: TestClock;
}

/** Time that passes when it is told to. Timeouts and waits between attempts go by it. */
export interface TestClock {
  now(): Date;
  /** Resolves once what fell due on the way has happened. */
  advance(by: Duration | number): Promise<void>;
}

/** What came of it, as the journal would keep it. */
export interface Delivered<State = Payload> {
  /**
   * `retry`: not settled, another attempt follows after `retryAfterMs`. `interrupted`: the process stopped, and
   * the event waits for the next start as if this attempt had not been. `duplicate`: an inbox knows it already.
   */
  readonly outcome: "completed" | "skipped" | "failed" | "retry" | "interrupted" | "duplicate";
  /** Why it was skipped or failed. */
  readonly reason: string | null;
  /** Of the last attempt; `threw`, `timeout`, `schema_invalid`, … */
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly stack?: string;
  } | null;
  /** The connection's state afterwards; that of before, unless the event is completed or skipped. */
  readonly state: State;
  /** Every step's kept result, by name. */
  readonly steps: Readonly<Record<string, Payload>>;
  /** Names of the steps that were tried, in order; what was kept from before does not run again. */
  readonly ran: readonly string[];
  /** What is sent to the endpoints. Nothing, unless the event is completed or skipped. */
  readonly emitted: readonly TestEmitted[];
  /** Attempts made so far, earlier ones included. 0: no handler ran. */
  readonly attempts: number;
  /** With the jitter that was drawn; `null` when there is no next attempt. */
  readonly retryAfterMs: number | null;
  readonly log: readonly TestLine[];
}

export interface TestEmitted {
  readonly type: string;
  readonly id: string | null;
  readonly data: Payload;
}

export interface TestLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

/** A source's events in the order in which they come: state, staleness and duplicates as the process keeps them. */
export interface TestInbox<State = Payload> {
  /** Events of one connection take turns, however many are received at once. */
  receive(
    event: TestEvent,
    options?: Omit<DeliverOptions<State>, "state" | "stale" | "clock">,
  ): Promise<Delivered<State>>;
  /** Of a connection; `{}` when it has none. */
  state(connection: string): State;
}

/** What events are delivered to: a source as it stands in the configuration, or a handler alone. */
export type Receiver<State = Payload> = SourceConfig | OnEvent<Payload, State>;
