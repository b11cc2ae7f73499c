import type { Clock } from "../clock.ts";
import { err, ok, type Result } from "../result.ts";
import { AnswerReader, type Reading } from "./answer-reader.ts";
import { AskLimit } from "./ask-limit.ts";
import { callableOf, nameNotFound } from "./callable.ts";
import type { Answer, Ask, AskFault, HttpClient } from "./client.ts";
import type { Connection } from "./connection.ts";
import { dial, type Trust } from "./dial.ts";
import { Networks } from "./ip-address.ts";
import { ConnectionPool } from "./pool.ts";
import { requestBytes } from "./request-bytes.ts";
import type { Resolver } from "./resolver.ts";
import { type Target, targetOf } from "./target.ts";

export interface GuardedClientDeps {
  readonly clock: Clock;
  readonly resolver: Resolver;
  /** `network.allowPrivate` as it stands now, in CIDR notation: asked for before every request. */
  allowPrivate(): readonly string[];
  readonly trust: Trust;
}

interface Sending {
  readonly target: Target;
  readonly request: Buffer;
  readonly ask: Ask;
  readonly limit: AskLimit;
}

/**
 * Asks servers that others name. Every request resolves its name, judges what came out, and connects to one of
 * the addresses that were judged good: between judging and connecting nothing is looked up again, so a name
 * that changes its mind changes nothing. An idle connection is used again only for the same name at an address
 * judged good just now.
 *
 * A request on a connection that was idle and turns out to be dead, without a byte of an answer, is sent once
 * more on a new one. It may have arrived: whoever asks here must be fit for at least once.
 */
export class GuardedClient implements HttpClient {
  readonly #deps: GuardedClientDeps;
  readonly #pool: ConnectionPool;
  #excepted: { readonly list: readonly string[]; readonly networks: Networks };

  constructor(deps: GuardedClientDeps) {
    this.#deps = deps;
    this.#pool = new ConnectionPool(deps.clock);
    this.#excepted = { list: [], networks: new Networks([]) };
  }

  async ask(ask: Ask, signal?: AbortSignal): Promise<Result<Answer, AskFault>> {
    const target = targetOf(ask.url);
    if (!target.ok) return target;
    const request = requestBytes(target.value, ask);
    if (!request.ok) return request;
    const limit = new AskLimit(this.#deps.clock, target.value.host, ask.timeoutMs, signal);
    try {
      return await this.#send({ target: target.value, request: request.value, ask, limit });
    } finally {
      limit.close();
    }
  }

  /** Closes what is idle; requests under way end by themselves. */
  close(): void {
    this.#pool.close();
  }

  async #send(sending: Sending): Promise<Result<Answer, AskFault>> {
    const addresses = await this.#addresses(sending);
    if (!addresses.ok) return addresses;
    const idle = this.#idle(sending.target, addresses.value);
    if (idle !== null) {
      const reader = new AnswerReader(sending.ask);
      const result = await this.#exchange(sending, idle, reader);
      const dead = !result.ok && result.error.code === "broken" && !reader.begun;
      if (!dead) return result;
    }
    const opened = await this.#open(sending, addresses.value);
    if (!opened.ok) return opened;
    return this.#exchange(sending, opened.value, new AnswerReader(sending.ask));
  }

  async #addresses({ target, limit }: Sending): Promise<Result<readonly string[], AskFault>> {
    const found = target.isAddress
      ? ok([target.host])
      : await limit.step<readonly string[]>((done) => {
          const resolved = this.#deps.resolver.resolve(target.host);
          void resolved.then(
            (addresses) => done(ok(addresses)),
            () => done(ok([])),
          );
          return () => {};
        });
    if (!found.ok) return found;
    return callableOf(target, found.value, this.#networks());
  }

  #idle(target: Target, addresses: readonly string[]): Place | null {
    for (const address of addresses) {
      const key = placeKey(target, address);
      const connection = this.#pool.take(key);
      if (connection !== null) return { key, connection };
    }
    return null;
  }

  async #open(
    { target, limit }: Sending,
    addresses: readonly string[],
  ): Promise<Result<Place, AskFault>> {
    const { clock, trust } = this.#deps;
    let last: Result<Connection, AskFault> = err(nameNotFound(target));
    for (const [index, address] of addresses.entries()) {
      // The last address may use up what is left: then it is the request's own deadline that ends it.
      const rest = addresses.length - index;
      const withinMs = rest === 1 ? limit.leftMs + 1 : limit.leftMs / rest;
      last = await limit.step<Connection>((done) =>
        dial({ address, target, trust, withinMs, clock }, done),
      );
      if (last.ok) return ok({ key: placeKey(target, address), connection: last.value });
      if (last.error.code !== "connect_failed") return last;
    }
    return last.ok ? err(nameNotFound(target)) : last;
  }

  async #exchange(
    { target, request, limit }: Sending,
    { key, connection }: Place,
    reader: AnswerReader,
  ): Promise<Result<Answer, AskFault>> {
    const result = await limit.step<Answer>((done) =>
      connection.ask(request, reader, (reading) => {
        if (reading.kind === "answer") this.#pool.give(key, connection, reading.keepMs);
        done(outcome(target, reading));
      }),
    );
    if (!result.ok) connection.close();
    return result;
  }

  /** Read once for each list: after a reload it is another one. */
  #networks(): Networks {
    const list = this.#deps.allowPrivate();
    if (list !== this.#excepted.list) this.#excepted = { list, networks: new Networks(list) };
    return this.#excepted.networks;
  }
}

interface Place {
  readonly key: string;
  readonly connection: Connection;
}

const placeKey = ({ tls, host, port }: Target, address: string): string =>
  `${tls ? "tls" : "plain"} ${host} ${address} ${port}`;

function outcome(
  { host }: Target,
  reading: Exclude<Reading, { kind: "more" }>,
): Result<Answer, AskFault> {
  if (reading.kind === "answer") return ok(reading.answer);
  return err({ code: reading.code, detail: `${host} ${reading.what}: see the server's log.` });
}
