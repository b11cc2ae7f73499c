import { err, ok } from "../../../src/base/result.ts";
import type {
  ApiAnswer,
  ApiAsk,
  ApiFaultCode,
  ProviderApi,
} from "../../../src/providers/recovery.ts";

/** What a stub of a provider's API answers. */
export interface StubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A provider's documented API over what it knows. */
export type Stub = (ask: ApiAsk) => StubAnswer;

/** One thing that happened at the provider, as its webhook would say it. Oldest first in every list of them. */
export interface Happened {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

export const found = (
  payload: unknown,
  headers: Readonly<Record<string, string>> = {},
): StubAnswer => ({ status: 200, headers, body: JSON.stringify(payload, null, 1) });
export const failing = (status: number): StubAnswer => ({ status, body: '{"error":{}}' });

/** A stub as recoveries see it: a 2xx or a 404 is an answer, the rest faults. Remembers what was asked. */
export class StubApi implements ProviderApi {
  readonly asked: ApiAsk[] = [];
  #stub: Stub;

  constructor(stub: Stub) {
    this.#stub = stub;
  }

  /** From now on it answers otherwise. */
  becomes(stub: Stub): void {
    this.#stub = stub;
  }

  async call(ask: ApiAsk) {
    this.asked.push(ask);
    const { status, headers, body } = this.#stub(ask);
    if (status < 300 || status === 404) return ok(answerOf(status, headers ?? {}, body));
    return err({ code: codeOf(status), detail: `${ask.method} answered ${status}` });
  }

  /** Paths that were asked, without their queries. */
  paths(): string[] {
    return this.asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  }
}

function codeOf(status: number): ApiFaultCode {
  if (status === 401 || status === 403) return "unauthorised";
  return status === 429 || status >= 500 ? "unavailable" : "refused";
}

function answerOf(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): ApiAnswer {
  const bytes = new TextEncoder().encode(body);
  return {
    status,
    header: (name) => headers[name] ?? null,
    bytes,
    json() {
      try {
        return JSON.parse(body);
      } catch {
        return undefined;
      }
    },
  };
}

/** What of `all` comes after the one called `after`; all without one. */
export function afterId<T>(
  all: readonly T[],
  after: string | null,
  idOf: (item: T) => string,
): T[] {
  return all.slice(after === null ? 0 : all.findIndex((item) => idOf(item) === after) + 1);
}
