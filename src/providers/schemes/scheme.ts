import { err, type Result } from "../../base/result.ts";
import type { Inbound, Proof, VerifyFailure, VerifyFailureCode } from "../provider.ts";

export type Verdict = Result<Proof, VerifyFailure>;

/** A way to prove who sent a request, with its keys prepared. */
export type Verify = (inbound: Inbound) => Verdict;

/** The same where a key may have to be fetched first, or the proof itself takes a turn. */
export type VerifyLater = (inbound: Inbound) => Verdict | Promise<Verdict>;

/** What a sample is signed over. */
export interface Unsigned {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly body: Uint8Array;
  /** Where it will be posted; absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that prove it; an error in a sentence where the configuration holds no signing key. */
export type Sign = (unsigned: Unsigned) => Result<Readonly<Record<string, string>>, string>;

/** One generic scheme, both ways round: `sign` exists for samples and tests. */
export interface Scheme {
  readonly verify: Verify;
  readonly sign: Sign;
}

/** As a scheme, but its verdict may come later. Every `Scheme` is one. */
export interface LateScheme {
  readonly verify: VerifyLater;
  readonly sign: Sign;
}

export const failed = (code: VerifyFailureCode, detail: string): Result<never, VerifyFailure> =>
  err({ code, detail });
