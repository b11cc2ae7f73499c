import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Clock } from "../../../src/base/clock.ts";
import { systemClock } from "../../../src/base/clock.ts";
import type { Answer, Ask, AskFault } from "../../../src/base/http/client.ts";
import { GuardedClient } from "../../../src/base/http/guarded-client.ts";
import type { Result } from "../../../src/base/result.ts";
/**
 * One key, made with `openssl`: a certificate for hooks.test, *.wild.test and 127.0.0.1 that holds for a
 * hundred years, the same one expired, and the authority that signed both.
 */
import certificates from "./certificates.json" with { type: "json" };

export { certificates };

export type Script = (socket: Socket, request: string, connection: number) => void;

/** A server that answers with raw bytes, whatever the test wants them to be. */
export class RawServer {
  readonly sockets = new Set<Socket>();
  /** What came in, one text a request (as far as it came in one piece). */
  readonly requests: string[] = [];
  connections = 0;
  readonly #server: Server;

  private constructor(script: Script, tls: { cert: string } | null) {
    const accept = (socket: Socket): void => {
      const own = ++this.connections;
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("data", (bytes) => {
        this.requests.push(bytes.toString("latin1"));
        script(socket, bytes.toString("latin1"), own);
      });
    };
    this.#server =
      tls === null
        ? createServer(accept)
        : createTlsServer({ key: certificates.key, cert: tls.cert }, accept);
    this.#server.on("tlsClientError", () => {});
  }

  static async start(script: Script, tls: { cert: string } | null = null): Promise<RawServer> {
    const server = new RawServer(script, tls);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Until no client holds a connection any more: a leaked one fails the test by its time-out. */
  async deserted(): Promise<void> {
    while (this.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

export const answerWith =
  (text: string): Script =>
  (socket) =>
    socket.write(Buffer.from(text, "latin1"));

export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

export interface Given {
  readonly allowPrivate?: readonly string[];
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  readonly clock?: Clock;
  readonly trust?: readonly string[];
}

export function clientWith(given: Given = {}): GuardedClient {
  const allowPrivate = given.allowPrivate ?? ["127.0.0.1/32"];
  return new GuardedClient({
    clock: given.clock ?? systemClock,
    allowPrivate: () => allowPrivate,
    trust: given.trust ?? [],
    resolver: { resolve: given.resolve ?? (async (name) => given.names?.[name] ?? []) },
  });
}

export const asking = (url: string, more: Partial<Ask> = {}): Ask => ({
  url,
  method: "POST",
  headers: {},
  body: "hello",
  timeoutMs: 2_000,
  bodyBytesMax: 1_024,
  whenLonger: "cut",
  ...more,
});

/** What a test compares: the status and body, or the fault's code. */
export const seen = (result: Result<Answer, AskFault>): string =>
  result.ok
    ? `${result.value.status} ${Buffer.from(result.value.body).toString("latin1")}${result.value.truncated ? " …" : ""}`
    : result.error.code;
