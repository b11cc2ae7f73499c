import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Clock } from "../clock.ts";
import { err, ok, type Result } from "../result.ts";
import type { AskFault } from "./client.ts";
import { Connection } from "./connection.ts";
import type { Target } from "./target.ts";

/** Certificates of further authorities, in PEM; empty: those of the runtime alone. */
export type Trust = readonly string[];

export interface Way {
  readonly address: string;
  readonly target: Target;
  readonly trust: Trust;
  /** For this address, of the time that is left in all, ms. */
  readonly withinMs: number;
  readonly clock: Clock;
}

/**
 * Connects to `address` and nowhere else, and has the server prove by its certificate that it is
 * `target.host`: the name is for the proof, the address for the way. Sockets of the runtime heed no proxy
 * variables, and `rejectUnauthorized` is said outright, so that no variable turns the proof off.
 * The function returned gives up and frees the socket.
 */
export function dial(way: Way, done: (result: Result<Connection, AskFault>) => void): () => void {
  const { address, target, trust, withinMs, clock } = way;
  const ready = target.tls ? "secureConnect" : "connect";
  let connected = false;
  const socket = openSocket(address, target, trust);
  const onConnect = (): void => {
    connected = true;
  };
  const onReady = (): void => {
    leave();
    done(ok(new Connection(socket)));
  };
  const fail = (reason: string): void => {
    giveUp();
    done(err(connected ? tlsFailed(target, reason) : connectFailed(target, address, reason)));
  };
  const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? "unknown");
  const onClose = (): void => fail("closed");
  const leave = (): void => {
    cancel();
    socket.off("connect", onConnect).off(ready, onReady).off("error", onError);
    socket.off("close", onClose);
  };
  const giveUp = (): void => {
    leave();
    // A socket may fail once more after it was given up; unheard, that would end the process.
    socket.on("error", () => {}).destroy();
  };
  const cancel = clock.after(withinMs, () => fail("no answer"));
  socket.on("connect", onConnect).on(ready, onReady).on("error", onError).on("close", onClose);
  return giveUp;
}

function openSocket(address: string, { tls, host, isAddress, port }: Target, trust: Trust): Socket {
  const to = { host: address, port, noDelay: true };
  if (!tls) return connectPlain(to);
  const name = host.replace(/\.$/, "");
  return connectTls({
    ...to,
    // An address is no server name (RFC 6066, section 3): then the certificate must name the address.
    ...(isAddress ? {} : { servername: name }),
    ...(trust.length === 0 ? {} : { ca: [...trust] }),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
  });
}

const connectFailed = ({ host, port }: Target, address: string, reason: string): AskFault => ({
  code: "connect_failed",
  detail: `No connection to ${host} at ${address}, port ${port} (${reason}): check that it listens there.`,
});

const tlsFailed = ({ host }: Target, reason: string): AskFault => ({
  code: "tls_failed",
  detail: `${host} could not prove who it is (${reason}): it needs a valid certificate for that name.`,
});
