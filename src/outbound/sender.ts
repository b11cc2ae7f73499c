import type { Clock, Millis } from "../base/clock.ts";
import type { Answer, HttpClient } from "../base/http/client.ts";
import type { Tokens } from "../base/http/oauth2.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { EndpointAuth } from "../config/settings.ts";
import type { StoredReply } from "../journal/sending.ts";
import type { ConfirmUrls } from "./confirmations.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Fault } from "./judge.ts";
import { batchPayload, singlePayload, type WholeEvent } from "./payload.ts";
import { deliveryOf, plainAuth, type Request, requestOf, withoutSecrets } from "./request.ts";

export interface SenderDeps {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly tokens: Pick<Tokens, "token" | "drop">;
  readonly confirmUrls: Pick<ConfirmUrls, "urlFor">;
  /** `Longstop/<version>`. */
  readonly agent: string;
}

/** What came of one request. */
export interface Sent {
  readonly startedAt: Millis;
  readonly durationMs: number;
  readonly requestHeaders: Request["shown"];
  readonly secrets: Request["secrets"];
  readonly reply: Result<Answer, Fault>;
}

type OAuth = Extract<EndpointAuth, { kind: "oauth2" }>;
type Auth = readonly [string, string] | null;

const UNAUTHORIZED = 401;

/** Makes the requests: signs, authenticates, asks. What follows from the answer is not its business. Never rejects. */
export class Sender {
  readonly #deps: SenderDeps;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  async send(
    endpoint: Endpoint,
    events: readonly WholeEvent[],
    attempt: number,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { clock } = this.#deps;
    const [startedAt, begun] = [clock.now(), clock.monotonic()];
    const post = (auth: Auth): Request => this.#request(endpoint, events, attempt, startedAt, auth);
    const { auth } = endpoint.settings;
    const [request, reply] =
      auth?.kind === "oauth2"
        ? await this.#askWithToken(auth, post, signal)
        : await this.#ask(post(plainAuth(auth)), signal);
    const durationMs = Math.round(clock.monotonic() - begun);
    const { shown: requestHeaders, secrets } = request;
    return { startedAt, durationMs, requestHeaders, secrets, reply };
  }

  async #ask(request: Request, signal: AbortSignal): Promise<[Request, Result<Answer, Fault>]> {
    return [request, await this.#deps.http.ask(request.ask, signal)];
  }

  /** A token that the endpoint does not take any more is replaced once, within the same attempt. */
  async #askWithToken(
    auth: OAuth,
    post: (auth: Auth) => Request,
    signal: AbortSignal,
  ): Promise<[Request, Result<Answer, Fault>]> {
    const first = await this.#bearer(auth);
    if (!first.ok) return [post(null), first];
    const [request, reply] = await this.#ask(post(first.value.header), signal);
    if (!reply.ok || reply.value.status !== UNAUTHORIZED) return [request, reply];
    this.#deps.tokens.drop(auth, first.value.token);
    const second = await this.#bearer(auth);
    if (!second.ok || second.value.token === first.value.token) return [request, reply];
    return this.#ask(post(second.value.header), signal);
  }

  async #bearer(auth: OAuth): Promise<Result<{ token: string; header: Auth }, Fault>> {
    const token = await this.#deps.tokens.token(auth);
    if (!token.ok) return err(token.error);
    return ok({ token: token.value, header: ["authorization", `Bearer ${token.value}`] });
  }

  #request(
    endpoint: Endpoint,
    events: readonly WholeEvent[],
    attempt: number,
    at: Millis,
    auth: Auth,
  ): Request {
    const { agent, confirmUrls } = this.#deps;
    const { strategy, confirmMs, timeoutMs } = endpoint.settings;
    const [event] = events;
    const single = strategy !== "batch" && event !== undefined;
    const confirmUrl =
      single && confirmMs !== null
        ? confirmUrls.urlFor(deliveryOf(event, endpoint), at + timeoutMs + confirmMs)
        : null;
    const payload = single ? singlePayload(event) : batchPayload(events);
    return requestOf({ endpoint, payload, events, attempt, at, agent, auth, confirmUrl });
  }
}

/** What is kept of an answer: what is not UTF-8 in it is replaced, and what repeats our secrets is hidden. */
export function storedReply({ reply, secrets }: Sent): StoredReply | null {
  if (!reply.ok) return null;
  const { status, headers, body, truncated } = reply.value;
  const plain = (text: string): string => withoutSecrets(text, secrets);
  return {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, plain(value)]),
    body: plain(Buffer.from(body).toString()),
    truncated,
  };
}
