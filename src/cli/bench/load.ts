import type { Socket } from "bun";
import type { Clock } from "../../base/clock.ts";
import { AnswerReader } from "./answers.ts";
import { Latencies } from "./latencies.ts";

export interface LoadOptions {
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  /** Connections, each with one request at a time under way. */
  readonly clients: number;
  /** The request of the n-th event; its bytes need to be valid only until the next call. */
  readonly request: (index: number) => Uint8Array;
  /** The first event's index; default 0. */
  readonly firstIndex?: number;
  /** Told of each event that was acknowledged. */
  readonly acknowledged: (index: number) => void;
}

/** What came back within one stretch of time. */
export interface Tally {
  acknowledged: number;
  /** Answers other than a 2xx. */
  refused: number;
  readonly statuses: Map<number, number>;
  readonly latencies: Latencies;
}

interface Client {
  readonly answers: AnswerReader;
  index: number;
  sentAt: number;
  /** What the socket has not taken yet. */
  unsent: Uint8Array | null;
}

/** A client that was refused waits this long, as a sender that obeys `Retry-After` would at least. */
const REFUSED_PAUSE_MS = 50;
/** At the end nothing is waited for longer than this. */
const END_MS_MAX = 10_000;

/** Keeps a server busy: each client sends the next event as soon as its last is answered, until `end`. */
export class Load {
  readonly #options: LoadOptions;
  readonly #open = new Set<Socket<Client>>();
  readonly #idle = Promise.withResolvers<void>();
  #tally = newTally();
  #next: number;
  #under = 0;
  #ending = false;
  #broken = 0;

  /** Rejects when a connection cannot be opened. */
  static async start(options: LoadOptions): Promise<Load> {
    const load = new Load(options);
    try {
      await Promise.all(Array.from({ length: options.clients }, () => load.#connect()));
    } catch (error) {
      load.#ending = true;
      for (const socket of load.#open) socket.terminate();
      throw error;
    }
    for (const socket of load.#open) load.#send(socket);
    return load;
  }

  private constructor(options: LoadOptions) {
    this.#options = options;
    this.#next = options.firstIndex ?? 0;
  }

  /** Connections that were lost, or on which something was said that is no answer. */
  get broken(): number {
    return this.#broken;
  }

  /** Events that were sent or begun to be sent: all indices below it. */
  get sent(): number {
    return this.#next;
  }

  /** Begins a new stretch; the tally goes on being filled until the next call. */
  measure(): Tally {
    this.#tally = newTally();
    return this.#tally;
  }

  /** Sends nothing more; resolves when everything under way is answered, its connection gone, or ten seconds over. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#settle();
    const cancel = this.#options.clock.after(END_MS_MAX, () => this.#idle.resolve());
    await this.#idle.promise;
    cancel();
    for (const socket of this.#open) socket.end();
  }

  async #connect(): Promise<void> {
    const { host, port } = this.#options;
    await Bun.connect<Client>({
      hostname: host,
      port,
      data: { answers: new AnswerReader(), index: -1, sentAt: 0, unsent: null },
      socket: {
        open: (socket) => void this.#open.add(socket),
        data: (socket, bytes) => this.#read(socket, bytes),
        drain: (socket) => flush(socket),
        close: (socket) => this.#closed(socket),
        // The close that follows is what counts.
        error: () => {},
      },
    });
  }

  #send(socket: Socket<Client>): void {
    const client = socket.data;
    if (this.#ending) return this.#settle();
    client.index = this.#next++;
    this.#under += 1;
    const bytes = this.#options.request(client.index);
    client.sentAt = this.#options.clock.monotonic();
    client.unsent = bytes;
    flush(socket);
  }

  #read(socket: Socket<Client>, bytes: Uint8Array): void {
    const client = socket.data;
    const answer = client.answers.read(bytes);
    if (answer.state === "more") return;
    if (answer.state === "malformed" || client.index < 0) return void socket.terminate();
    const { index } = client;
    client.index = -1;
    this.#under -= 1;
    this.#tally.latencies.add(this.#options.clock.monotonic() - client.sentAt);
    this.#tally.statuses.set(answer.status, (this.#tally.statuses.get(answer.status) ?? 0) + 1);
    if (answer.status >= 200 && answer.status < 300) {
      this.#tally.acknowledged += 1;
      this.#options.acknowledged(index);
      this.#send(socket);
      return;
    }
    this.#tally.refused += 1;
    this.#options.clock.after(REFUSED_PAUSE_MS, () => {
      if (this.#open.has(socket)) this.#send(socket);
    });
    this.#settle();
  }

  #closed(socket: Socket<Client>): void {
    if (!this.#open.delete(socket)) return;
    if (socket.data.index >= 0) this.#under -= 1;
    socket.data.index = -1;
    if (!this.#ending) this.#broken += 1;
    this.#settle();
  }

  #settle(): void {
    if (this.#ending && this.#under === 0) this.#idle.resolve();
  }
}

const newTally = (): Tally => ({
  acknowledged: 0,
  refused: 0,
  statuses: new Map(),
  latencies: new Latencies(),
});

/** A copy of what is left is kept: the buffer is written over by the next request. */
function flush(socket: Socket<Client>): void {
  const { unsent } = socket.data;
  if (unsent === null) return;
  const taken = Math.max(socket.write(unsent), 0);
  socket.data.unsent = taken < unsent.length ? unsent.slice(taken) : null;
}
