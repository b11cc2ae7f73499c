import { isJson, type Json, jsonOf, listOf, textIn } from "./api.ts";
import { CliFailure, EXIT, type ExitCode } from "./exit.ts";
import type { Io } from "./io.ts";
import { nextStep } from "./next-step.ts";

export interface ClientOptions {
  /** Base URL of the admin listener; may have a path in front of `/v1` (a reverse proxy's). */
  readonly url: string;
  readonly key: string | null;
  /** Where the URL came from, for the message when nobody answers there. */
  readonly urlFrom: string;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface ApiPage {
  readonly rows: readonly unknown[];
  readonly nextCursor: string | null;
}

interface Answer {
  readonly response: Response;
  readonly bytes: Uint8Array;
}

/** No answer of the server takes longer than this: its reads are stopped after 5 s. */
const ANSWER_MS_MAX = 30_000;

/** Talks to a running server. Each failure is a `CliFailure` with the next step in it. */
export class Client {
  readonly #io: Io;
  readonly #options: ClientOptions;

  constructor(io: Io, options: ClientOptions) {
    this.#io = io;
    this.#options = options;
  }

  get(path: string, query: Query = {}): Promise<Json> {
    return this.#json("GET", path, query, undefined);
  }

  /** `withinMs`: how long the answer may take, where it is work that is waited for. */
  post(path: string, body: Json = {}, withinMs: number = ANSWER_MS_MAX): Promise<Json> {
    return this.#json("POST", path, {}, body, withinMs);
  }

  patch(path: string, body: Json): Promise<Json> {
    return this.#json("PATCH", path, {}, body);
  }

  delete(path: string): Promise<Json> {
    return this.#json("DELETE", path, {}, undefined);
  }

  /** One page of a list. */
  async page(path: string, query: Query): Promise<ApiPage> {
    const answer = await this.get(path, query);
    return { rows: listOf(answer["data"]), nextCursor: textIn(answer, "nextCursor") };
  }

  /** The answer's exact bytes. */
  async bytes(path: string, query: Query = {}): Promise<Uint8Array> {
    return (await this.#send("GET", path, query, undefined)).bytes;
  }

  async #json(
    method: string,
    path: string,
    query: Query,
    body: Json | undefined,
    withinMs?: number,
  ): Promise<Json> {
    const { response, bytes } = await this.#send(method, path, query, body, withinMs);
    if (bytes.length === 0) return {};
    const answer = parse(bytes);
    if (isJson(answer)) return answer;
    throw this.#stranger(`it answered ${response.status} with something that is not a JSON object`);
  }

  async #send(
    method: string,
    path: string,
    query: Query,
    body: Json | undefined,
    withinMs: number = ANSWER_MS_MAX,
  ): Promise<Answer> {
    const given = new AbortController();
    const cancel = this.#io.clock.after(withinMs, () => given.abort());
    let answer: Answer;
    try {
      // Bun gives up by itself after five minutes of silence; `withinMs` says how long is long.
      const patient: RequestInit & { timeout: boolean } = { timeout: false };
      const response = await this.#io.fetch(this.#address(path, query), {
        ...patient,
        method,
        headers: this.#headers(body !== undefined),
        // A redirect would carry the key to wherever it points.
        redirect: "manual",
        signal: given.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      answer = { response, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (cause) {
      throw this.#unreachable(cause, given.signal.aborted ? withinMs : null);
    } finally {
      cancel();
    }
    const { response, bytes } = answer;
    if (response.ok) return answer;
    if (response.status >= 300 && response.status < 400) {
      throw this.#stranger(
        `it redirects (${response.status}), which is not followed because of the key`,
      );
    }
    throw this.#refused(path, response, bytes);
  }

  #address(path: string, query: Query): string {
    const url = new URL(this.#options.url);
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    const base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
    return `${base}${path}${search.size > 0 ? `?${search}` : ""}`;
  }

  #headers(withBody: boolean): Record<string, string> {
    const headers: Record<string, string> = {
      accept: "application/json, application/problem+json",
    };
    if (this.#options.key !== null) headers["authorization"] = `Bearer ${this.#options.key}`;
    if (withBody) headers["content-type"] = "application/json";
    return headers;
  }

  #unreachable(cause: unknown, timedOutMs: number | null): CliFailure {
    const { url, urlFrom } = this.#options;
    const why = timedOutMs === null ? reasonOf(cause) : `no answer within ${timedOutMs / 1000} s`;
    return new CliFailure(
      EXIT.UNREACHABLE,
      `cannot reach a Longstop server at ${url} (${urlFrom}): ${why}`,
      "Start it with `longstop serve` (or `longstop dev`), or say where it is with --url or LONGSTOP_URL.",
    );
  }

  #stranger(what: string): CliFailure {
    return new CliFailure(
      EXIT.FAILED,
      `what listens at ${this.#options.url} does not speak Longstop's API: ${what}`,
      "Give the address of the admin listener (by default http://127.0.0.1:8081) with --url or LONGSTOP_URL.",
    );
  }

  #refused(path: string, response: Response, bytes: Uint8Array): CliFailure {
    const problem = jsonOf(parse(bytes));
    const code = textIn(problem, "code");
    const told = textIn(problem, "detail") ?? textIn(problem, "title");
    const { status } = response;
    if (told === null && status === 404)
      return this.#stranger("it answered 404 without saying why");
    const retryAfter = response.headers.get("retry-after");
    const withKey = this.#options.key !== null;
    const next = nextStep({ status, code, path, retryAfter, withKey });
    return new CliFailure(exitOf(status), told ?? `the server answered ${status}`, next, code);
  }
}

/** The exit code of an HTTP status of the API. */
export function exitOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.UNAUTHORISED;
  if (status === 404) return EXIT.NOT_FOUND;
  if (status === 409 || status === 410) return EXIT.CONFLICT;
  if (status === 400 || status === 422) return EXIT.USAGE;
  if (status === 429 || status >= 500) return EXIT.UNAVAILABLE;
  return EXIT.FAILED;
}

/**
 * A part of a path, percent-encoded. A key that is only dots cannot be in a path at all: every URL
 * parser takes `..` (also as `%2e%2e`) for "one up".
 */
export function segment(text: string, what: string): string {
  if (text === "." || text === "..") {
    throw new CliFailure(
      EXIT.USAGE,
      `the ${what} \`${text}\` cannot be part of an address`,
      "Such a connection can only be found with `longstop events --connection`.",
    );
  }
  if (text === "") throw new CliFailure(EXIT.USAGE, `the ${what} is empty`);
  return encodeURIComponent(text.toWellFormed());
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Not JSON: the caller says so in its own words.
    return undefined;
  }
}

/** Why a connection failed, without the runtime's advice to developers. */
export function reasonOf(cause: unknown): string {
  const code =
    isJson(cause) || cause instanceof Error ? String((cause as { code?: unknown }).code ?? "") : "";
  if (/ECONNREFUSED|ConnectionRefused/.test(code)) return "nothing listens there";
  if (/ENOTFOUND|FailedToOpenSocket|EAI_/.test(code))
    return "the name is not known or the address cannot be opened";
  if (/CERT|TLS|SSL/.test(code)) return `its certificate is not accepted (${code})`;
  return cause instanceof Error ? cause.message : "the connection failed";
}
