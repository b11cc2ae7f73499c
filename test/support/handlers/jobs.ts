import { resolve } from "node:path";
import { type EventId, type Seq, seq } from "../../../src/base/ids.ts";
import type { EventFact } from "../../../src/journal/facts.ts";
import type { Job, Outcome } from "../../../src/mailbox/handlers.ts";

export interface JobParts {
  readonly position?: number;
  readonly source?: string;
  readonly type?: string;
  readonly connection?: string | null;
  /** What is stringified as the body; `bytes` goes before it. */
  readonly data?: unknown;
  readonly bytes?: Uint8Array | null;
  readonly headers?: readonly (readonly [string, string])[];
  readonly range?: EventFact["range"];
  readonly occurredAt?: number | null;
  readonly steps?: readonly (readonly [string, string])[];
  readonly state?: string | null;
  readonly stale?: boolean;
  readonly attempt?: number;
  readonly timeoutMs?: number;
}

const RECEIVED_AT = Date.UTC(2026, 0, 2);

/** A job with everything a host looks at; only what matters to the test need be given. */
export function jobOf(parts: JobParts = {}): Job {
  const position = parts.position ?? 1;
  const body =
    parts.bytes === undefined
      ? new TextEncoder().encode(JSON.stringify(parts.data ?? {}))
      : parts.bytes;
  return {
    event: {
      id: `evt_${position}` as EventId,
      seq: seq(position),
      source: parts.source ?? "crm",
      fact: {
        dedupeKey: `key-${position}`,
        type: parts.type ?? "event",
        connection: parts.connection === undefined ? "c1" : parts.connection,
        occurredAt: parts.occurredAt ?? null,
        sequence: null,
        range: parts.range ?? null,
        origin: "webhook",
        receivedAt: RECEIVED_AT,
        trace: null,
      },
      request: {
        method: "POST",
        url: "/in/crm",
        peer: "127.0.0.1",
        headers: parts.headers ?? [["content-type", "application/json"]],
      },
      body,
      steps: parts.steps ?? [],
    },
    position: seq(position),
    attempt: parts.attempt ?? 1,
    state: parts.state ?? null,
    stale: parts.stale ?? false,
    timeoutMs: parts.timeoutMs ?? 10_000,
  };
}

export const positionOf = (job: Job): Seq => job.position;

/** For runs that make no steps. */
export const noSteps = async (): Promise<void> => undefined;

export const HOST_COMMAND = [process.execPath, resolve(import.meta.dir, "host-entry.ts")] as const;
export const HOSTILE_CONFIG = resolve(import.meta.dir, "hostile.config.ts");

export const errorCode = (outcome: Outcome): string | null =>
  "error" in outcome ? outcome.error.code : null;
