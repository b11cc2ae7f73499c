import { type Random, seededRandom } from "../../base/random.ts";
import type { Scenario } from "./scenario.ts";
import { uuid } from "./uuid.ts";

/**
 * What happens to one connection, from its seed alone. The states and tokens are those of
 * https://docs.vumi.io/general-api-resources/connections/get-connection-status; reasons and types of
 * errors are not listed there, so that the ones beside the sample's are made up, and nothing may rely on them.
 */
export interface Identity {
  /** `credentialsToken`, called `connectionToken` elsewhere. */
  readonly token: string;
  readonly publicToken: string;
  readonly externalId: string;
  readonly entity: string;
  readonly twoFactorEnabled: boolean;
  readonly hasCredentials: boolean;
}

export type Status = "PENDING" | "READY" | "UPDATING" | "ERRORED" | "UPDATE_ERROR";

export interface ErrorDetails {
  readonly reason: string;
  readonly type: string;
  readonly retryable: boolean;
}

/** How a connection is after a change, without its times. */
export interface Condition {
  readonly status: Status;
  readonly errorDetails: ErrorDetails | null;
  readonly updateToken: string | null;
  readonly restoreToken: string | null;
}

/** `linked`: a user came through the flow, its public token waits; `exchanged`: it became a connection. */
export type Step =
  | "linked"
  | "exchanged"
  | "imported"
  | "updating"
  | "updated"
  | "update_failed"
  | "errored"
  | "update_token"
  | "restore_token"
  | "deleted";

export interface Change {
  /** Simulated ms since the beginning; what was before it is negative. */
  readonly at: number;
  /** Which connection, from 0. */
  readonly connection: number;
  readonly step: Step;
  /** `null`: not there yet, or not any more. */
  readonly condition: Condition | null;
}

/** The steps that the documents say a webhook is sent for: imports, updates, and new tokens. */
export const TOLD: ReadonlySet<Step> = new Set([
  "imported",
  "updated",
  "update_failed",
  "errored",
  "update_token",
  "restore_token",
]);

const MINUTE_MS = 60_000;
const ENTITIES = ["santander", "caixabank", "bankinter", "sabadell", "unicaja"];
const VUMI_ERROR = { reason: "INTERNAL_SERVER_ERROR", type: "VUMI_ERROR", retryable: true };
const ENTITY_ERROR = { reason: "ENTITY_UNAVAILABLE", type: "ENTITY_ERROR", retryable: true };
const USER_ERROR = { reason: "CREDENTIALS_EXPIRED", type: "USER_ERROR", retryable: false };

const CONNECTIONS_PER_CUSTOMER = 3;
/** Of the connections there are in the end: are there from the beginning. */
const OLD_SHARE = 0.7;
const DELETED_SHARE = 0.04;

const GOOD: Condition = {
  status: "READY",
  errorDetails: null,
  updateToken: null,
  restoreToken: null,
};

export interface Life {
  readonly identity: Identity;
  /** In the order of time; no two at the same. */
  readonly changes: readonly Change[];
}

export function lifeOf(connection: number, scenario: Scenario): Life {
  const random = seededRandom(scenario.seed * 1_000_003 + connection);
  const identity = identityOf(connection, random);
  const changes: Change[] = [];
  const add = (at: number, step: Step, condition: Condition | null): void => {
    changes.push({ at, connection, step, condition });
  };
  let condition: Condition = { ...GOOD, status: "PENDING" };
  let at = bornAt(scenario, random);
  add(at, "linked", null);
  at += (1 + random.unit() * 2) * MINUTE_MS;
  add(at, "exchanged", condition);
  at += (1 + random.unit() * 4) * MINUTE_MS;
  const imported = random.unit() < 0.95;
  condition = imported ? GOOD : { ...GOOD, status: "ERRORED", errorDetails: VUMI_ERROR };
  add(at, imported ? "imported" : "errored", condition);
  const intervalMs = (scenario.durationMs * scenario.connections) / scenario.changes;
  const endsAt = random.unit() < DELETED_SHARE ? random.unit() * scenario.durationMs : null;
  // Those that were there before are somewhere between two updates when it begins.
  at = at < 0 ? random.unit() * intervalMs : at + jittered(intervalMs, random);
  for (; at < (endsAt ?? scenario.durationMs); at += jittered(intervalMs, random)) {
    const [step, after] = next(condition, random);
    // Seldom, and with time for its end: `UPDATING` is typical of updates by hand.
    const updatingMs = Math.min((1 + random.unit() * 3) * MINUTE_MS, intervalMs / 4);
    if (step !== "update_token" && random.unit() < 0.3) {
      const since = Math.max(at - updatingMs, (changes.at(-1)?.at ?? 0) + 1);
      add(since, "updating", { ...condition, status: "UPDATING", errorDetails: null });
    }
    add(at, step, after);
    condition = after;
  }
  if (endsAt !== null && endsAt > (changes.at(-1)?.at ?? 0)) add(endsAt, "deleted", null);
  return { identity, changes: changes.filter((change) => change.at < scenario.durationMs) };
}

function identityOf(connection: number, random: Random): Identity {
  const letters = random.text(5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  return {
    token: `${letters}${random.text(5, "0123456789")}`,
    publicToken: uuid(random),
    externalId: `customer-${Math.floor(connection / CONNECTIONS_PER_CUSTOMER) + 1}`,
    entity: ENTITIES[random.below(ENTITIES.length)] ?? "santander",
    twoFactorEnabled: random.unit() < 0.3,
    hasCredentials: random.unit() < 0.8,
  };
}

function bornAt({ durationMs }: Scenario, random: Random): number {
  const before = random.unit() < OLD_SHARE;
  const share = random.unit();
  return before ? -durationMs * (0.1 + share) : (durationMs * share) / 2;
}

const jittered = (ms: number, random: Random): number => ms * (0.7 + 0.6 * random.unit());

/** What the next update brings. */
function next(now: Condition, random: Random): readonly [Step, Condition] {
  const draw = random.unit();
  if (now.status === "ERRORED" || now.status === "UPDATE_ERROR") {
    if (draw < 0.7) return [now.status === "ERRORED" ? "imported" : "updated", GOOD];
    return now.status === "ERRORED"
      ? ["errored", { ...now, errorDetails: draw < 0.85 ? VUMI_ERROR : ENTITY_ERROR }]
      : ["update_failed", { ...now, errorDetails: ENTITY_ERROR }];
  }
  if (draw < 0.84) return ["updated", GOOD];
  const failed: Condition = { ...now, status: "UPDATE_ERROR" };
  if (draw < 0.92) return ["update_failed", { ...failed, errorDetails: ENTITY_ERROR }];
  if (draw < 0.96) return ["update_token", { ...now, updateToken: uuid(random) }];
  return ["restore_token", { ...failed, errorDetails: USER_ERROR, restoreToken: uuid(random) }];
}
