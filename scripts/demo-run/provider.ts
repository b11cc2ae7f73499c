import type { Stats } from "../../src/cli/simulate/finlink.ts";
import type { ConnectionStatus, Happened } from "../../src/cli/simulate/world.ts";
import { executable } from "../../test/support/executable.ts";

/** What is so at the provider, and how it came to be. */
export interface Truth {
  readonly connections: readonly {
    readonly token: string;
    readonly publicToken: string;
    /** `null`: there is no such connection, any more or yet. */
    readonly state: ConnectionStatus | null;
    readonly history: readonly Happened[];
  }[];
}

export interface Introduction {
  readonly url: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string };
}

/** `longstop simulate finlink` as a process of its own. */
export class Provider {
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly introduction: Introduction;

  static async start(options: readonly string[]): Promise<Provider> {
    const child = Bun.spawn(
      [await executable(), "simulate", "finlink", "--port", "0", "--json", ...options],
      { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    const errors = new Response(child.stderr).text();
    const first = await firstLine(child.stdout);
    if (first === null) throw new Error(`the provider ended at once: ${await errors}`);
    return new Provider(child, JSON.parse(first) as Introduction);
  }

  private constructor(child: Bun.Subprocess<"ignore", "pipe", "pipe">, introduction: Introduction) {
    this.#process = child;
    this.introduction = introduction;
  }

  stats(): Promise<Stats> {
    return this.#read<Stats>("/__stats");
  }

  truth(): Promise<Truth> {
    return this.#read<Truth>("/__truth");
  }

  /** Ctrl-C. */
  async stop(): Promise<number> {
    this.#process.kill("SIGINT");
    return this.#process.exited;
  }

  async #read<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.introduction.url}${path}`)).json()) as T;
  }
}

/** The first line, or `null`. The rest is read as well, and forgotten: a full pipe would stop the one who writes. */
function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of stream) {
        if (text.includes("\n")) continue;
        text += decoder.decode(chunk, { stream: true });
        if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
      }
      resolve(null);
    };
    read().catch(reject);
  });
}
