import { connect } from "node:net";

/** What came back on the socket: the status, or why there is none. */
export type WireAnswer =
  | { readonly status: number; readonly text: string }
  | { readonly closed: true };

export interface Wire {
  readonly host: string;
  readonly port: number;
}

/** Bytes as they go on the wire, in pieces with a pause between them. */
export interface Sending {
  readonly pieces: readonly Uint8Array[];
  readonly pauseMs: number;
  /** Hang up after the last piece instead of waiting for an answer. */
  readonly hangUp: boolean;
}

const ANSWER_MS_MAX = 3_000;

/**
 * Writes exactly these bytes to a socket of their own and reads until the server closes, the first head
 * is complete, or 3 s are over. No client library stands between, so that nothing is put right on the way.
 */
export function exchange(wire: Wire, sending: Sending): Promise<WireAnswer> {
  return new Promise((resolve) => {
    const socket = connect(wire.port, wire.host);
    let received = "";
    const timer = setTimeout(finish, ANSWER_MS_MAX + sending.pauseMs * sending.pieces.length);
    let done = false;
    function finish(): void {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.destroy();
      const status = /^HTTP\/1\.1 (\d{3})/.exec(received)?.[1];
      resolve(status === undefined ? { closed: true } : { status: Number(status), text: received });
    }
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      if (received.includes("\r\n\r\n")) finish();
    });
    socket.on("error", finish);
    socket.on("close", finish);
    socket.on("connect", async () => {
      for (const [index, piece] of sending.pieces.entries()) {
        if (done) return;
        if (index > 0 && sending.pauseMs > 0) await Bun.sleep(sending.pauseMs);
        socket.write(piece);
      }
      if (sending.hangUp) {
        await Bun.sleep(1);
        finish();
      }
    });
  });
}
