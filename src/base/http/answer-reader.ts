import { type BodyReader, type BodyStep, bodyReader } from "./body-readers.ts";
import type { Answer } from "./client.ts";
import { framingOf, HEAD_BYTES_MAX, type Head, keepAliveMs, parseHead, staysOpen } from "./head.ts";
import { KeptBody } from "./kept-body.ts";

export type Reading =
  | { readonly kind: "more" }
  | {
      readonly kind: "answer";
      readonly answer: Answer;
      /** How long the connection may be kept for another request, ms; 0: not at all. */
      readonly keepMs: number;
    }
  | { readonly kind: "fault"; readonly code: "broken" | "too_large"; readonly what: string };

export interface ReadingLimits {
  readonly bodyBytesMax: number;
  readonly whenLonger: "cut" | "fail";
}

const MORE: Reading = { kind: "more" };
/** "100 Continue" and its kin: one or two are usual, a flood of them is a way never to answer. */
const INTERIM_ANSWERS_MAX = 16;
const END_OF_HEAD = "\r\n\r\n";

/**
 * Reads one answer from a connection, in pieces of any size. Bounded in everything: head, interim answers,
 * body. A body stays as it came: nothing is inflated, whatever its `content-encoding` says.
 */
export class AnswerReader {
  readonly #limits: ReadingLimits;
  readonly #kept: KeptBody;
  #pending: Buffer = Buffer.alloc(0);
  #head: Head | null = null;
  #body: BodyReader | null = null;
  #interim = 0;

  constructor(limits: ReadingLimits) {
    this.#limits = limits;
    this.#kept = new KeptBody(limits.bodyBytesMax);
  }

  /** Whether anything came at all. */
  get begun(): boolean {
    return this.#head !== null || this.#interim > 0 || this.#pending.length > 0;
  }

  push(bytes: Buffer): Reading {
    if (this.#body !== null) return this.#step(this.#body, this.#body.push(bytes));
    const searchFrom = Math.max(0, this.#pending.length - END_OF_HEAD.length);
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    return this.#readHeads(searchFrom);
  }

  /** The connection ended. */
  end(): Reading {
    if (this.#body !== null) return this.#step(this.#body, this.#body.end());
    return broken(this.begun ? "ended within its headers" : "ended without an answer");
  }

  #readHeads(searchFrom: number): Reading {
    for (let from = searchFrom; ; from = 0) {
      const end = this.#pending.indexOf(END_OF_HEAD, from);
      if ((end < 0 ? this.#pending.length : end) > HEAD_BYTES_MAX)
        return { kind: "fault", code: "too_large", what: "sent headers beyond 32 KiB" };
      if (end < 0) return MORE;
      const head = parseHead(this.#pending.toString("latin1", 0, end));
      this.#pending = this.#pending.subarray(end + END_OF_HEAD.length);
      if (head === null || head.status === 101) return broken("sent what is no HTTP/1.1 answer");
      if (head.status >= 200) return this.#begin(head);
      if (++this.#interim > INTERIM_ANSWERS_MAX) return broken("sends interim answers without end");
    }
  }

  #begin(head: Head): Reading {
    const framing = framingOf(head);
    if (framing === null) return broken("sent a length and a coding that contradict each other");
    if (
      framing.kind === "length" &&
      framing.bytes > this.#limits.bodyBytesMax &&
      this.#limits.whenLonger === "fail"
    )
      return tooLong(this.#limits);
    const body = bodyReader(framing, this.#kept);
    this.#head = head;
    this.#body = body;
    const rest = this.#pending;
    this.#pending = Buffer.alloc(0);
    return this.#step(body, body.push(rest));
  }

  #step(body: BodyReader, step: BodyStep): Reading {
    const head = this.#head;
    if (head === null || step === "more") return MORE;
    if (step === "broken") return broken("ended within its body, or garbled it");
    const truncated = step === "longer";
    if (truncated && this.#limits.whenLonger === "fail") return tooLong(this.#limits);
    const kept = !truncated && !body.surplus && staysOpen(head);
    return {
      kind: "answer",
      answer: { status: head.status, headers: head.headers, body: this.#kept.whole(), truncated },
      keepMs: kept ? (keepAliveMs(head) ?? Number.POSITIVE_INFINITY) : 0,
    };
  }
}

const broken = (what: string): Reading => ({ kind: "fault", code: "broken", what });

const tooLong = ({ bodyBytesMax }: ReadingLimits): Reading => ({
  kind: "fault",
  code: "too_large",
  what: `sent a body beyond ${bodyBytesMax} bytes`,
});
