import { join, resolve } from "node:path";
import type { Ledger } from "../../examples/demo/ledger.ts";

const folder = resolve(import.meta.dir, "../../examples/subscribers");

/** What a subscriber says that it knows. */
export interface Known {
  readonly ledgers: Readonly<Record<string, Ledger>>;
  readonly events: number;
  /** Requests or messages with an event that it had already. */
  readonly again: number;
  readonly unverified?: number;
  readonly busy?: number;
  readonly failed?: number;
}

/** One of `examples/subscribers`, in a process of its own. */
export class SubscriberProcess {
  readonly url: string;
  readonly #process: Bun.Subprocess<"ignore", "pipe", "inherit">;

  static async start(script: "push.ts" | "pull.ts", given: string[]): Promise<SubscriberProcess> {
    const child = Bun.spawn([process.execPath, join(folder, script), ...given], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    const { value } = await child.stdout.getReader().read();
    if (value === undefined) throw new Error(`${script} ended at once`);
    return new SubscriberProcess(child, Number(new TextDecoder().decode(value)));
  }

  private constructor(child: Bun.Subprocess<"ignore", "pipe", "inherit">, port: number) {
    this.#process = child;
    this.url = `http://127.0.0.1:${port}/`;
  }

  async known(): Promise<Known> {
    return (await (await fetch(this.url)).json()) as Known;
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }
}

/** Where a subscriber's ledgers are not the inbox's, one sentence each. */
export function ledgerFaults(
  name: string,
  inbox: ReadonlyMap<string, Ledger>,
  { ledgers, unverified = 0 }: Known,
): string[] {
  const faults: string[] = [];
  for (const [account, own] of inbox) {
    const theirs = ledgers[account];
    if (theirs?.count !== own.count || theirs?.cents !== own.cents)
      faults.push(
        `${name} has ${theirs?.count ?? 0} events of ${account} over ${theirs?.cents ?? 0} cents; the inbox ${own.count} over ${own.cents}`,
      );
    else if (theirs?.chain !== own.chain)
      faults.push(`${name} has the ${own.count} events of ${account} in another order`);
  }
  for (const account of Object.keys(ledgers))
    if (!inbox.has(account)) faults.push(`${name} knows ${account}, which the inbox does not`);
  if (unverified > 0) faults.push(`${name} could not verify ${unverified} requests`);
  return faults;
}
