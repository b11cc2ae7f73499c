/** What `JSON.parse` gives: checked by nobody until you say what it is, or give a schema. */
export type Payload = ReturnType<JSON["parse"]>;

/** One thing that happened, as its provider told it. `Data` is the payload's type: `Event<Invoice>`. */
export interface Event<Data = Payload> {
  /** `evt_…`; the same on every attempt and replay: use it as an idempotency key towards others. */
  readonly id: string;
  readonly type: string;
  /** The source's name in the configuration. */
  readonly source: string;
  /** The key of the connection it belongs to; `null` when it stands alone. */
  readonly connection: string | null;
  /** When it happened, by the provider; `null` where the provider does not say. */
  readonly occurredAt: Date | null;
  readonly receivedAt: Date;
  readonly origin: "webhook" | "poll" | "emit" | "publish";
  /** Of the request that brought it; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The payload (of a batch: this item), parsed and never reshaped. */
  readonly data: Data;
  /** Its exact bytes, as they arrived. */
  readonly raw: Uint8Array;
  /** The same bytes as text. */
  text(): string;
}

/** What a handler is given beside the event. `State` is this connection's state: `Context<{ count: number }>`. */
export interface Context<State = Payload> {
  /**
   * This connection's own JSON, `{}` at first. Change it or assign a new one; it is saved in the same
   * commit that settles the event, so it counts each event exactly once. At most 1 MiB.
   */
  state: State;
  /**
   * Does something once: its result (JSON) is kept, and returned without running `run` on every later
   * attempt. Each name once per event. For calls to others that must not happen twice.
   */
  step<T>(name: string, run: () => T | Promise<T>): Promise<T>;
  /** Sends an event of your own to the endpoints, once and only if this one is settled. */
  emit(type: string, data: unknown, options?: { readonly id?: string }): void;
  /** Settles the event as skipped: deliberately not processed; what `state` and `emit` did so far is kept. Ends the handler; catching it changes nothing. */
  skip(reason: string): never;
  /** Tries again later (a duration, or a number of ms), without spending an attempt. Ends the handler; catching it changes nothing. */
  retry(options?: { readonly after?: Duration | number }): never;
  /** Gives up now: the event goes to the dead letters. Ends the handler; catching it changes nothing. */
  fail(reason: string): never;
  /** The event is older than the newest one applied to this connection, by the provider's time or sequence. */
  readonly stale: boolean;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the time is up or the process stops: pass it to `fetch`. */
  readonly signal: AbortSignal;
  readonly log: HandlerLog;
  /** `null` when the event stands alone: then `state` is not kept. */
  readonly connection: { readonly source: string; readonly key: string } | null;
  readonly source: string;
}

/** One line of the process's log each, with the event's id and source. */
export interface HandlerLog {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Your code for one event. Returning settles the event as completed; throwing makes another attempt by
 * the source's `retry`. Effects outside happen at least once: use `ctx.step` and `event.id`.
 */
export type OnEvent<Data = Payload, State = Payload> = (
  event: Event<Data>,
  ctx: Context<State>,
) => unknown;

/** Text: `"250ms"`, `"30s"`, `"15m"`, `"24h"`, `"30d"`. */
export type Duration = string;
