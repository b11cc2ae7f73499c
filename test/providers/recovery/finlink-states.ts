import fc from "fast-check";
import { AT } from "../requests.ts";

export interface FinlinkState {
  readonly credentialsToken: string;
  readonly status: string;
  readonly errorDetails: { readonly reason: string; readonly retryable: boolean } | null;
  readonly lastSync: string | null;
  readonly updatedAt: string;
  readonly createdAt: string;
  readonly updateToken: string | null;
  readonly restoreToken: string | null;
  readonly externalId: string;
}

export const iso = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString();

export const finlinkState = (given: Partial<FinlinkState> = {}): FinlinkState => ({
  credentialsToken: "AAAAA11111",
  status: "READY",
  errorDetails: null,
  lastSync: iso(1),
  updatedAt: iso(1),
  createdAt: iso(0),
  updateToken: null,
  restoreToken: null,
  externalId: "ada",
  ...given,
});

const ERRORS = [
  { reason: "INTERNAL_SERVER_ERROR", retryable: true },
  { reason: "ENTITY_UNAVAILABLE", retryable: true },
];

/** What can happen to a connection at once. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant("sync" as const) },
  { weight: 2, arbitrary: fc.constant("updating" as const) },
  { weight: 2, arbitrary: fc.constantFrom("fail0" as const, "fail1" as const) },
  { weight: 1, arbitrary: fc.constantFrom("err0" as const, "err1" as const) },
  { weight: 1, arbitrary: fc.constantFrom("update" as const, "restore" as const) },
  { weight: 1, arbitrary: fc.constant("rename" as const) },
);

/** A connection's states, one after the other; each change has its own minute. */
export const finlinkChain = fc.array(step, { maxLength: 20 }).map((steps) => {
  const states: FinlinkState[] = [
    finlinkState({ status: "PENDING", lastSync: null, updatedAt: iso(0) }),
  ];
  for (const [index, what] of steps.entries()) {
    const now = iso(index + 1);
    const before = states.at(-1) ?? finlinkState();
    states.push({ ...before, ...changeOf(what, now, index), updatedAt: now });
  }
  return states;
});

function changeOf(what: string, now: string, index: number): Partial<FinlinkState> {
  const details = ERRORS[Number(what.at(-1))] ?? null;
  switch (what) {
    case "sync":
      return {
        status: "READY",
        lastSync: now,
        errorDetails: null,
        updateToken: null,
        restoreToken: null,
      };
    case "updating":
      return { status: "UPDATING", errorDetails: null };
    case "update":
      return { updateToken: `update-${index}` };
    case "restore":
      return {
        status: "UPDATE_ERROR",
        errorDetails: ERRORS[0] ?? null,
        restoreToken: `restore-${index}`,
      };
    case "rename":
      return { externalId: `ada-${index}` };
    default:
      return { status: what.startsWith("err") ? "ERRORED" : "UPDATE_ERROR", errorDetails: details };
  }
}
