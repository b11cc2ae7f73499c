import { type Clock, sleep } from "../../base/clock.ts";
import type { Answer, AskFault, HttpClient } from "../../base/http/client.ts";
import type { Random } from "../../base/random.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { RetrySettings } from "../../config/settings.ts";
import { retryDelayMs } from "../../outcome/backoff.ts";
import type { ApiAnswer, ApiAsk, ApiFault, ProviderApi } from "../../providers/recovery.ts";
import type { Login, Sessions } from "../../providers/sessions.ts";
import type { Account } from "./account.ts";
import { headerOf, judge } from "./verdict.ts";

export interface PoliteDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly http: HttpClient;
  readonly sessions: Sessions;
}

/** Calls of one account, for whoever watches. */
export interface CallCounts {
  calls: number;
  failed: number;
}

/** Through which account one piece of reconciliation calls, and how it is told apart in the provider's logs. */
export interface Errand {
  readonly account: Account;
  readonly counts: CallCounts;
  /** `null`: the calls bring their own credentials. */
  readonly login: Login | null;
  /** Sent as `X-Client-Trace-ID`, which Finlink echoes and asks to be told of in reports; others ignore it. */
  readonly trace: string;
  readonly signal: AbortSignal;
}

/** Finlink asks for 3 to 5 tries; so do the others that say anything. */
const TRIES: RetrySettings = {
  attempts: 5,
  baseMs: 500,
  factor: 2,
  maxMs: 30_000,
  jitter: "full",
  delaysMs: null,
};
const CALL_MS_MAX = 30_000;
const ANSWER_BYTES_MAX = 32 * 2 ** 20;

/** The call that was answered last: what is found is said to come from it. */
export interface LastCall {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly host: string;
  /** The provider's own id of the request, to be quoted in reports. */
  readonly requestId: string | null;
}

/**
 * A provider's API, asked as its documents and good manners want it: a session shared by the whole process and
 * renewed once on 401, a bounded number of tries with exponential backoff, full jitter and `Retry-After`, at most so
 * many at a time and a second, and none while the breaker rests. One per sweep, so that its calls can be counted.
 */
export class PoliteApi implements ProviderApi {
  readonly #deps: PoliteDeps;
  readonly #errand: Errand;
  calls = 0;
  last: LastCall | null = null;

  constructor(deps: PoliteDeps, errand: Errand) {
    this.#deps = deps;
    this.#errand = errand;
  }

  async call(ask: ApiAsk): Promise<Result<ApiAnswer, ApiFault>> {
    const { clock, random } = this.#deps;
    const { account, signal } = this.#errand;
    let relogged = false;
    for (let tried = 1; ; tried++) {
      if (signal.aborted) return aborted(ask);
      const resting = await account.enter(signal);
      if (resting !== null) return unavailable(ask, RESTS[resting.why]);
      if (signal.aborted) {
        account.breaker.undecided();
        account.leave();
        return aborted(ask);
      }
      const { came, token } = await this.#once(ask).finally(() => account.leave());
      if (came === "no_session") {
        account.breaker.undecided();
        return unauthorised(ask, "it gives no session");
      }
      const verdict = judge(came, clock.now());
      this.#note(verdict.kind === "again" && verdict.ill, came.ok);
      switch (verdict.kind) {
        case "answer":
          if (came.ok) return ok(answerOf(came.value));
          break;
        case "fault":
          if (verdict.code === "aborted") return aborted(ask);
          return err({ code: verdict.code, detail: this.#detail(ask, verdict.why) });
        case "log_in_again":
          if (token === null || relogged) return unauthorised(ask, verdict.why);
          relogged = true;
          this.#drop(token);
          continue;
        case "again":
          if (verdict.afterMs !== null) account.wait(verdict.afterMs);
          if (tried >= TRIES.attempts) return unavailable(ask, this.#detail(ask, verdict.why));
      }
      await sleep(clock, retryDelayMs(tried, TRIES, random), signal);
    }
  }

  /** One try. `no_session`: the credentials are not taken. */
  async #once(
    ask: ApiAsk,
  ): Promise<{ came: Result<Answer, AskFault> | "no_session"; token: string | null }> {
    const { http, sessions } = this.#deps;
    const { login, signal, trace, counts } = this.#errand;
    let token: string | null = null;
    if (login !== null && originOf(login.url) === originOf(ask.url)) {
      const session = await sessions.token(login);
      if (!session.ok && session.error === "refused") return { came: "no_session", token };
      if (!session.ok) return { came: err(NO_LOGIN), token };
      token = session.value;
    }
    const headers = {
      ...ask.headers,
      "x-client-trace-id": trace,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    this.calls++;
    counts.calls++;
    const came = await http.ask(
      {
        ...ask,
        headers,
        timeoutMs: CALL_MS_MAX,
        bodyBytesMax: ANSWER_BYTES_MAX,
        whenLonger: "fail",
      },
      signal,
    );
    this.last = lastCall(ask, came.ok ? headerOf(came.value, "x-request-id") : null);
    return { came, token };
  }

  #drop(token: string): void {
    const { login } = this.#errand;
    if (login !== null) this.#deps.sessions.drop(login, token);
  }

  /** Every pass of the breaker is answered. */
  #note(ill: boolean, answered: boolean): void {
    const { account, counts } = this.#errand;
    if (ill) {
      counts.failed++;
      account.breaker.failed(this.#deps.clock.monotonic());
    } else if (answered) account.breaker.succeeded();
    else account.breaker.undecided();
  }

  #detail(ask: ApiAsk, why: string): string {
    const id = this.last?.requestId;
    return `${nameOf(ask)}: ${why}${id == null ? "" : ` (its request id is ${id})`}.`;
  }
}

const RESTS = {
  breaker: "it failed many times in a row and is left alone for a while",
  asked_to_wait: "it asked to be left alone for a while",
} as const;

const NO_LOGIN: AskFault = { code: "broken", detail: "no session can be had at present" };

const answerOf = (answer: Answer): ApiAnswer => ({
  status: answer.status,
  header: (name) => headerOf(answer, name.toLowerCase()),
  bytes: answer.body,
  json: () => parsed(answer.body),
});

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // No JSON, or no text: `undefined` says so.
    return undefined;
  }
}

/** Method, host and path: a query may hold what is nobody's business. */
function nameOf({ method, url }: ApiAsk): string {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: "", pathname: "" };
  return `${method} ${host}${pathname}`;
}

const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

function lastCall({ method, url }: ApiAsk, requestId: string | null): LastCall | null {
  if (!URL.canParse(url)) return null;
  const { host, pathname, search } = new URL(url);
  return { method, url: pathname + search, host, requestId: requestId?.slice(0, 200) ?? null };
}

const aborted = (ask: ApiAsk): Result<never, ApiFault> =>
  err({ code: "aborted", detail: `${nameOf(ask)}: stopped.` });

const unavailable = (ask: ApiAsk, why: string): Result<never, ApiFault> =>
  err({
    code: "unavailable",
    detail: why.startsWith(nameOf(ask)) ? why : `${nameOf(ask)}: ${why}.`,
  });

const unauthorised = (ask: ApiAsk, why: string): Result<never, ApiFault> =>
  err({
    code: "unauthorised",
    detail: `${nameOf(ask)}: ${why}; check the source's credentials or apiKey, and what they may read.`,
  });
