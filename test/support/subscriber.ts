/** A subscriber in this process: keeps what it was sent, and answers as it is told. */

/** One request as it came. */
export interface Got {
  readonly path: string;
  /** `webhook-id`. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Answering = (got: Got) => Response | Promise<Response>;

export const OK: Answering = () => new Response(null, { status: 204 });

export class Subscriber {
  readonly got: Got[] = [];
  /** May be replaced at any time. */
  answer: Answering;
  readonly #server: Bun.Server<undefined>;

  constructor(answer: Answering = OK) {
    this.answer = answer;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 120,
      fetch: async (request) => {
        const headers = Object.fromEntries(request.headers);
        const got: Got = {
          path: new URL(request.url).pathname,
          id: headers["webhook-id"] ?? "",
          headers,
          body: await request.text(),
        };
        this.got.push(got);
        return this.answer(got);
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/hook`;
  }

  /** What was sent to one path. */
  at(path: string): Got[] {
    return this.got.filter((got) => got.path === path);
  }

  ids(): string[] {
    return this.got.map(({ id }) => id);
  }

  /** Cuts whatever is open. */
  async stop(): Promise<void> {
    await this.#server.stop(true);
  }
}

/** Answers 204 to what `verify` takes, and 401 to what it throws at. */
export function verifying(
  verify: (body: string, headers: Record<string, string>) => unknown,
): Answering {
  return ({ body, headers }) => {
    try {
      verify(body, { ...headers });
      return new Response(null, { status: 204 });
    } catch (error) {
      return new Response(String(error), { status: 401 });
    }
  };
}
