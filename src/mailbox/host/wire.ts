import type { Origin } from "../../journal/facts.ts";
import type { Outcome } from "../handlers.ts";

/**
 * What the process and a handler host say to each other: one message per turn of the sender's loop, each
 * with all that the turn brought. Jobs and answers travel as JSON text: the runtime's structured clone of
 * the same objects costs three times as much (1.5 against 4.5 µs a job). Bodies go as one array of bytes
 * beside it; a view of a larger buffer would be sent with the whole of that buffer.
 */

/** One job. Numbers are given out by the process and never reused. */
export interface WireJob {
  readonly no: number;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly connection: string | null;
  readonly occurredAt: number | null;
  readonly receivedAt: number;
  readonly origin: Origin;
  readonly headers: readonly (readonly [string, string])[];
  /** The event is one item of a batch: its bytes are JSON, whatever the request's media type. */
  readonly item: boolean;
  /** Bytes of its body; bodies follow each other in the order of the jobs. */
  readonly size: number;
  readonly steps: readonly (readonly [string, string])[];
  readonly state: string | null;
  readonly stale: boolean;
  readonly attempt: number;
  readonly timeoutMs: number;
}

export type AbortReason = "timeout" | "shutdown";

/** A question to one of the team's functions that no event is about. */
export type TeamAsk =
  | {
      readonly what: "list";
      readonly source: string;
      readonly since: number;
      readonly cursor: string | null;
    }
  | { readonly what: "fetch"; readonly source: string; readonly connection: string };

/** The answer as JSON text, or why there is none, in a sentence. */
export type WireTold = readonly [question: number, answered: boolean, text: string];

export interface ToHost {
  /** JSON text of `WireJob[]`, and their bodies; `null` when there are none. */
  readonly jobs: string | null;
  readonly bodies: Uint8Array | null;
  /** Steps that are journaled now, or (with a reason) never will be: job, step, reason. */
  readonly stepped: readonly (readonly [job: number, step: number, refused: string | null])[];
  readonly aborts: readonly (readonly [job: number, reason: AbortReason])[];
  readonly ping: number | null;
  /** Absent lists are empty. */
  readonly asks?: readonly (readonly [question: number, ask: TeamAsk])[];
  /** Questions whose answer nobody waits for any more. */
  readonly dropped?: readonly number[];
}

/** `completed` with nothing changed is what most jobs answer: then the outcome is left out. */
export type WireAnswer = readonly [job: number] | readonly [job: number, outcome: Outcome];

export type LineLevel = "debug" | "info" | "warn" | "error";

/** One line for the log, with whose it is where that is known. */
export interface WireLine {
  readonly level: LineLevel;
  readonly text: string;
  readonly source: string | null;
  readonly event: string | null;
  readonly fields?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Sent as JSON text. Absent lists are empty. */
export interface FromHost {
  /** The configuration is loaded. */
  readonly ready?: true;
  /** It cannot be loaded: why, one line a fault. The host ends. */
  readonly faults?: readonly string[];
  readonly answers?: readonly WireAnswer[];
  readonly steps?: readonly (readonly [job: number, step: number, name: string, result: string])[];
  /** Jobs that wait because others keep the host's thread busy; their time has not begun. */
  readonly deferred?: readonly number[];
  /** Deferred jobs that have begun now. */
  readonly started?: readonly number[];
  readonly lines?: readonly WireLine[];
  readonly told?: readonly WireTold[];
  readonly pong?: number;
}

export const COMPLETED: Outcome = { kind: "completed", state: null, emitted: [] };

/** `null` for anything else: the other end is this same executable, but the team's code lives there too. */
export function decodeFromHost(text: string): FromHost | null {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" ? message : null;
  } catch {
    // Not JSON: the caller ends the host.
    return null;
  }
}
