import type { OutboundFetch } from "../../src/providers/bounded-fetch.ts";

/** A question that reached the network. */
export interface Question {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly redirect: string | undefined;
}

type Reply = Response | Error | Promise<Response>;

/** The network of a test: answers by address, and remembers what was asked. */
export class Network {
  readonly asked: Question[] = [];
  #answer: (question: Question) => Reply;

  constructor(answer: (question: Question) => Reply) {
    this.#answer = answer;
  }

  answers(answer: (question: Question) => Reply): void {
    this.#answer = answer;
  }

  readonly fetch: OutboundFetch = async (url, init) => {
    const question = {
      url,
      method: init.method ?? "GET",
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? init.body : "",
      redirect: init.redirect,
    };
    this.asked.push(question);
    const reply = this.#answer(question);
    if (reply instanceof Error) throw reply;
    return reply;
  };

  paths(): string[] {
    return this.asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  }
}

export const down = (): Error => new Error("there is no network");
