import type { Millis } from "../base/clock.ts";
import type { Result } from "../base/result.ts";

/**
 * How what was missed is asked of a provider. A preset says what to call and how to read it; when, how often
 * and how politely is reconciliation's business. Two kinds: providers that list their events (or
 * deliveries), and providers that only know the state of their connections, where events are differences.
 */
export type Recovery = ListRecovery | StateRecovery;

/** One call to the provider's API. Authentication that needs a session is named, not made. */
export interface ApiAsk {
  /** Whole URL, made from the source's `baseUrl` or the provider's own. */
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ApiAnswer {
  readonly status: number;
  header(name: string): string | null;
  readonly bytes: Uint8Array;
  /** `undefined` when the body is no JSON. */
  json(): unknown;
}

export type ApiFaultCode =
  /** 401 or 403 also with a new session: credentials are wrong, or lack a right. */
  | "unauthorised"
  /** Another 4xx: asking again the same way is in vain. */
  | "refused"
  /** 5xx, 429, timeouts and broken connections, after the policy's tries; or the breaker rests. */
  | "unavailable"
  /** The answer is not what the documents say. */
  | "unreadable"
  | "aborted";

export interface ApiFault {
  readonly code: ApiFaultCode;
  /** A sentence that names the call and the remedy, without secrets. */
  readonly detail: string;
}

/**
 * The provider's API as one source may use it: sessions, concurrency, rate, backoff, `Retry-After`, one new
 * session on 401, breaker, address guard and tracing headers are its business. A 2xx or a 404 is an answer.
 * A session's token goes to the host that gave it, and to no other: what is listed may lie elsewhere.
 */
export interface ProviderApi {
  call(ask: ApiAsk): Promise<Result<ApiAnswer, ApiFault>>;
}

/** A thing as the provider would have posted it: it goes through the preset's `split`, so that its keys are the same. */
export interface Missed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ListAsk {
  /**
   * Since when; already moved back by the overlap, and never further than `windowMs`, nor than dedupe
   * keys are kept (what is older would count again). The same for all pages of a sweep, as is `until`.
   */
  readonly since: Millis;
  readonly until: Millis;
  /** Where the source's last whole sweep ended (`kept`), else `null`. Still moved back by nothing. */
  readonly kept: string | null;
  /** Of this sweep: the previous page's `next`; `null` for the first. */
  readonly page: string | null;
  /** Only one connection's, where the provider can; a preset that cannot lists all. */
  readonly connection: string | null;
}

export interface ListPage {
  readonly missed: readonly Missed[];
  /** Where this sweep goes on; `null`: that was all. */
  readonly next: string | null;
  /** What the source keeps for its next sweep once this page is journaled; `null`: time alone will do. */
  readonly keep: string | null;
}

export interface ListRecovery {
  readonly kind: "list";
  /** How far back the provider lists, ms. */
  readonly windowMs: number | null;
  /** The overlap by default: how late the provider's own list may be, ms. */
  readonly overlapMs: number;
  /** Calls a second that the provider's documents allow one account, with room to spare. */
  readonly perSecond: number;
  /**
   * What the configuration lacks for it, in a sentence with the remedy; `null`: it can be asked. Until
   * then webhooks go their ordinary way.
   */
  readonly lacks: string | null;
  /**
   * Set where a sweep's pages come oldest first, so that each can be journaled as it comes. Otherwise only
   * the items of one page do: the pages have to be collected, or their events sorted by their time.
   */
  readonly oldestFirst?: true;
  list(ask: ListAsk, api: ProviderApi): Promise<Result<ListPage, ApiFault>>;
}

/** A connection's state, as the provider gives it: JSON, never reshaped. */
export interface KnownState {
  readonly key: string;
  readonly state: unknown;
}

/** What became different. Its dedupe key is made from it, so that it is the same whichever way it is found. */
export interface Difference {
  readonly type: string;
  /** Identifies the difference within its connection: the same for the same step from before to after. */
  readonly id: string;
  readonly occurredAt: Millis | null;
  readonly sequence: number | string | null;
  /** Whose event it is, where that is not the key under which the state is known. */
  readonly connection?: string;
  /** `event.data`: the state after it (of something that is gone: the last known). */
  readonly data: unknown;
}

export interface StateRecovery {
  readonly kind: "state";
  readonly perSecond: number;
  readonly lacks: string | null;
  /**
   * Set where a webhook says more than that something changed: it reaches the handler like any other, and
   * is a hint besides. Otherwise it is a hint and nothing else.
   */
  readonly webhooksAreEvents?: true;
  /** All connections' states, in pages. `complete`: whoever is in no page is gone. */
  list(
    page: string | null,
    since: Millis | null,
    api: ProviderApi,
  ): Promise<
    Result<
      {
        readonly states: readonly KnownState[];
        readonly next: string | null;
        readonly complete: boolean;
      },
      ApiFault
    >
  >;
  /** One connection's state; `null`: the provider does not know it. */
  fetch(key: string, api: ProviderApi): Promise<Result<unknown, ApiFault>>;
  /** In order. `before` or `after` `null`: was not known, or is gone. Pure; no difference, no event. */
  differences(before: unknown, after: unknown): readonly Difference[];
}
