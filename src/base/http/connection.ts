import type { Socket } from "node:net";
import type { AnswerReader, Reading } from "./answer-reader.ts";

type Ending = Exclude<Reading, { kind: "more" }>;

interface Exchange {
  readonly reader: AnswerReader;
  readonly done: (ending: Ending) => void;
}

/**
 * One open connection; carries one request at a time.
 *
 * - *idle*: nothing is asked. Whatever happens now (bytes nobody asked for, an end, an error) closes it.
 * - *asking*: a request is out. Its reader decides when the answer is whole; an end or error in between is its fault.
 * - *closed*: for good.
 */
export class Connection {
  readonly #socket: Socket;
  #exchange: Exchange | null = null;
  #closed = false;
  #onClose: () => void = () => {};

  /** `socket` is connected and, where it is TLS, its certificate has been checked. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      if (this.#exchange === null) this.close();
      else this.#finish(this.#exchange.reader.push(bytes));
    });
    socket.on("end", () => this.#lost(() => this.#exchange?.reader.end() ?? RESET));
    socket.on("error", () => this.#lost(() => RESET));
    socket.on("close", () => this.#lost(() => RESET));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** All that was asked has left, and all that was answered was read: it can be asked again. */
  get ready(): boolean {
    return !this.#closed && this.#exchange === null && this.#socket.writableLength === 0;
  }

  /** Sends `request` and reads its answer. The function returned gives the request up, and the connection with it. */
  ask(request: Buffer, reader: AnswerReader, done: (ending: Ending) => void): () => void {
    this.#exchange = { reader, done };
    this.#socket.write(request);
    return () => this.close();
  }

  /** To be told of the end of an idle connection. */
  whenClosed(told: () => void): void {
    this.#onClose = told;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#exchange = null;
    this.#socket.destroy();
    this.#onClose();
  }

  #lost(reading: () => Reading): void {
    if (this.#exchange !== null) this.#finish(reading());
    this.close();
  }

  #finish(reading: Reading): void {
    if (reading.kind === "more") return;
    const done = this.#exchange?.done;
    this.#exchange = null;
    done?.(reading);
  }
}

const RESET: Ending = { kind: "fault", code: "broken", what: "reset the connection" };
