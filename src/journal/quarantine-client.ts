import { JournalRefused } from "./journal.ts";
import type { Beside } from "./log-writer.ts";
import {
  type KeptRequest,
  type QuarantineId,
  type QuarantineStore,
  quarantineId,
  quarantineNumber,
} from "./quarantine.ts";
import type { QuarantineWrite } from "./quarantine-table.ts";
import type { ThreadClient } from "./threads/rpc.ts";

/** Where writes go: the log's thread, or the table itself in a test. Rejects when the thread is gone. */
export interface QuarantinePort {
  write(write: QuarantineWrite, bodies: ArrayBuffer[]): Promise<Beside<number[]>>;
}

/** The quarantine as the main thread writes it. */
export class QuarantineClient implements QuarantineStore {
  readonly #port: QuarantinePort;

  constructor(port: QuarantinePort) {
    this.#port = port;
  }

  async keep(requests: readonly KeptRequest[]): Promise<readonly (QuarantineId | null)[]> {
    // Copied, as a clone of a view would take the whole of the buffer behind it along.
    const copies = requests.map((kept) => ({ ...kept, body: kept.body.slice() }));
    const bodies = copies.map(({ body }) => body.buffer as ArrayBuffer);
    const numbers = await this.#written({ kind: "keep", requests: copies }, bodies);
    return numbers.map((number) => (number === 0 ? null : quarantineId(number)));
  }

  async condemn(id: QuarantineId, code: string, detail: string): Promise<void> {
    await this.#written({ kind: "condemn", id: quarantineNumber(id), code, detail });
  }

  async remove(id: QuarantineId): Promise<void> {
    await this.#written({ kind: "remove", id: quarantineNumber(id) });
  }

  async #written(write: QuarantineWrite, bodies: ArrayBuffer[] = []): Promise<number[]> {
    const reply = await this.#port.write(write, bodies).catch((cause: unknown) => {
      throw new JournalRefused("failing", String(cause), cause);
    });
    if (!reply.ok) throw new JournalRefused(reply.code, reply.detail);
    return reply.value;
  }
}

/** Writes by the log's thread. */
export const quarantineThrough = (log: Pick<ThreadClient, "call">): QuarantineStore =>
  new QuarantineClient({ write: (write, bodies) => log.call("quarantine", [write], bodies) });
