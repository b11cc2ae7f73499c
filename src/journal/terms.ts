/** Words that all of the journal's vocabulary is made of: apart from it, so that no two of its files need each other. */

export type Origin = "webhook" | "poll" | "emit" | "publish";

/** `ep_…`. */
export type EndpointId = string & { readonly brand: "EndpointId" };

/** `swp_…`. */
export type SweepId = string & { readonly brand: "SweepId" };

/** An error as stored with an attempt: bounded, never a secret of ours. */
export interface ErrorFact {
  /** `threw`, `timeout`, `host_exited`, `out_of_memory`, `schema_invalid`, `failed_by_handler`, … */
  readonly code: string;
  readonly message: string;
  readonly stack?: string;
}

/** Who asked for it: `key_…` of the operator, or the part of the process that did. */
export type Actor = string;

export interface Page<T> {
  readonly rows: readonly T[];
  /** Opaque; `null` on the last page. */
  readonly nextCursor: string | null;
}
