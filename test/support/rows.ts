/** What the operators' API answers, as far as these checks look at it. */
export interface EventJson {
  readonly id: string;
  readonly source: string;
  readonly connection: string | null;
  readonly type: string;
  readonly status: "pending" | "completed" | "skipped" | "failed";
  readonly dedupeKey: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly waitingFor: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ConnectionJson<State = Record<string, unknown>> {
  readonly source: string;
  readonly key: string;
  readonly status: "active" | "paused" | "halted";
  readonly state: State | null;
  readonly mailboxDepth: number;
  readonly restarts: number;
}

/** What a 202 says. */
export interface Receipt {
  readonly status: "accepted";
  readonly events: readonly { readonly id: string; readonly duplicate: boolean }[];
}
