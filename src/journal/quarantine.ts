import type { Millis } from "../base/clock.ts";
import type { RequestFact } from "./facts.ts";

/** Public id of a request in the quarantine: `qua_` + its number. */
export type QuarantineId = string & { readonly brand: "QuarantineId" };

const ID = /^qua_([1-9]\d{0,14})$/;

export const quarantineId = (number: number): QuarantineId => `qua_${number}` as QuarantineId;

/** The text as an id; `undefined` when it is none. */
export const asQuarantineId = (text: string): QuarantineId | undefined =>
  ID.test(text) ? (text as QuarantineId) : undefined;

/** The number inside an id; 0, which no row has, for anything else. */
export const quarantineNumber = (id: string): number => Number(ID.exec(id)?.[1] ?? 0);

/** A request that is not let in, as receiving hands it over. */
export interface KeptRequest {
  readonly source: string;
  readonly at: Millis;
  /** Why: code and sentence of the answer, or of what is waited for. */
  readonly code: string;
  readonly detail: string;
  /** It was, or is about to be, acknowledged: verified later, and until then removed by no bound. */
  readonly held: boolean;
  readonly request: RequestFact;
  readonly body: Uint8Array;
}

export interface QuarantineRow extends Omit<KeptRequest, "body"> {
  readonly id: QuarantineId;
  /** Bytes of the body. */
  readonly size: number;
}

export interface QuarantinedRequest extends QuarantineRow {
  readonly body: Uint8Array;
}

export interface QuarantineFilter {
  readonly source?: string;
  readonly code?: string;
  readonly held?: boolean;
}

/**
 * The writing side: a bounded table beside the log, in the same file and written by the same thread. Each
 * call resolves once committed and synced, and rejects with `JournalRefused` when nothing was changed.
 */
export interface QuarantineStore {
  /**
   * One answer per request, in order: its id, or `null` when there is no room for one that is held. Of those
   * that are not, the oldest of their source give way.
   */
  keep(requests: readonly KeptRequest[]): Promise<readonly (QuarantineId | null)[]>;
  /** A held one failed verification for good: from now on it is kept like any other. */
  condemn(id: QuarantineId, code: string, detail: string): Promise<void>;
  /** It is journaled, and no longer needed here. */
  remove(id: QuarantineId): Promise<void>;
}
