import type { Millis } from "../../base/clock.ts";
import type { Change, Condition, ErrorDetails, Identity, Status, Step } from "./lives.ts";
import type { Plan } from "./plan.ts";

/** A connection as the API tells it; fields and forms as documented. */
export interface ConnectionStatus {
  readonly credentialsToken: string;
  readonly status: Status;
  readonly errorDetails: ErrorDetails | null;
  readonly entity: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastSync: string | null;
  readonly updateToken: string | null;
  readonly restoreToken: string | null;
  readonly twoFactorEnabled: boolean;
  readonly hasCredentials: boolean;
  readonly externalId: string;
}

export interface PendingToken {
  readonly publicToken: string;
  readonly externalId: string;
  readonly createdAt: string;
}

/** One entry of a connection's history. */
export interface Happened {
  /** Its place in the plan; `null`: asked for by the API. */
  readonly change: number | null;
  readonly at: string;
  readonly step: Step;
  readonly state: ConnectionStatus | null;
}

interface Known {
  readonly identity: Identity;
  readonly history: Happened[];
  createdAt: Millis;
  /** Of the newest change: the next one is later, also where many simulated seconds are one millisecond. */
  updatedAt: Millis;
  lastSync: Millis | null;
  phase: "unknown" | "pending" | "active" | "deleted";
  state: ConnectionStatus | null;
}

/** With these there is new data; a token is made instead of it. */
const SYNCS: ReadonlySet<Step> = new Set(["imported", "updated"]);

/**
 * What is true at the provider, at any simulated time: no network, no clock, no chance. `dateOf` makes a
 * date of a simulated time.
 */
export class FinlinkWorld {
  readonly #plan: Plan;
  readonly #dateOf: (at: number) => Millis;
  readonly #known: readonly Known[];
  readonly #byToken: ReadonlyMap<string, Known>;
  #next = 0;

  constructor(plan: Plan, dateOf: (at: number) => Millis) {
    this.#plan = plan;
    this.#dateOf = dateOf;
    this.#known = plan.identities.map((identity) => ({
      identity,
      history: [],
      createdAt: 0,
      updatedAt: 0,
      lastSync: null,
      phase: "unknown",
      state: null,
    }));
    this.#byToken = new Map(this.#known.map((known) => [known.identity.token, known]));
  }

  /** When the next change happens, simulated ms; `null`: there is none. */
  get nextAt(): number | null {
    return this.#plan.changes[this.#next]?.at ?? null;
  }

  /** Makes everything happen that is due by then. */
  advance(to: number): void {
    const { changes } = this.#plan;
    for (let change = changes[this.#next]; change !== undefined; change = changes[this.#next]) {
      if (change.at > to) return;
      this.#happen(change, this.#next++);
    }
  }

  /** All connections whose public token was exchanged. */
  statuses(externalId: string | null): readonly ConnectionStatus[] {
    return this.#known
      .flatMap(({ phase, state }) => (phase === "active" && state !== null ? [state] : []))
      .filter((state) => externalId === null || state.externalId === externalId);
  }

  status(token: string): ConnectionStatus | null {
    const known = this.#byToken.get(token);
    return known?.phase === "active" ? known.state : null;
  }

  /** Public tokens that wait to be exchanged. */
  pending(externalId: string | null): readonly PendingToken[] {
    return this.#known
      .filter(({ phase }) => phase === "pending")
      .map(({ identity: { publicToken, externalId: owner }, createdAt }) => ({
        publicToken,
        externalId: owner,
        createdAt: iso(createdAt),
      }))
      .filter((each) => externalId === null || each.externalId === externalId);
  }

  /** The connection's token, once; `null`: no such public token waits. */
  exchange(publicToken: string, at: number): string | null {
    const known = this.#known.find(
      ({ identity, phase }) => identity.publicToken === publicToken && phase === "pending",
    );
    if (known === undefined) return null;
    this.#set(known, { at, step: "exchanged", condition: FRESH, change: null });
    return known.identity.token;
  }

  /** For good; whether there was one. */
  remove(token: string, at: number): boolean {
    const known = this.#byToken.get(token);
    if (known?.phase !== "active") return false;
    this.#set(known, { at, step: "deleted", condition: null, change: null });
    return true;
  }

  /** The connection after this change of the plan; `null` when it did not come to it. */
  after(place: number): ConnectionStatus | null {
    const known = this.#known[this.#plan.changes[place]?.connection ?? -1];
    return known?.history.find(({ change }) => change === place)?.state ?? null;
  }

  /** Everything that ever was, for those who compare. */
  histories(): readonly {
    readonly token: string;
    readonly publicToken: string;
    readonly state: ConnectionStatus | null;
    readonly history: readonly Happened[];
  }[] {
    return this.#known
      .filter(({ phase }) => phase !== "unknown")
      .map(({ identity: { token, publicToken }, phase, state, history }) => ({
        token,
        publicToken,
        state: phase === "active" ? state : null,
        history,
      }));
  }

  #happen(change: Change, place: number): void {
    const known = this.#known[change.connection];
    // What was deleted by a call has no further life; what was exchanged by one is not exchanged again.
    if (known === undefined || known.phase === "deleted") return;
    if (change.step === "exchanged" && known.phase === "active") return;
    this.#set(known, { ...change, change: place });
  }

  #set(
    known: Known,
    {
      at,
      step,
      condition,
      change,
    }: Omit<Change, "connection"> & { readonly change: number | null },
  ): void {
    const date = Math.max(this.#dateOf(at), known.updatedAt + 1);
    if (step === "linked") known.createdAt = date;
    if (SYNCS.has(step)) known.lastSync = date;
    known.updatedAt = date;
    known.phase = step === "linked" ? "pending" : step === "deleted" ? "deleted" : "active";
    known.state = condition === null ? null : statusOf(known, condition);
    known.history.push({ change, at: iso(date), step, state: known.state });
  }
}

const FRESH: Condition = {
  status: "PENDING",
  errorDetails: null,
  updateToken: null,
  restoreToken: null,
};

function statusOf(known: Known, condition: Condition): ConnectionStatus {
  const { token, entity, externalId, twoFactorEnabled, hasCredentials } = known.identity;
  return {
    credentialsToken: token,
    status: condition.status,
    errorDetails: condition.errorDetails,
    entity,
    createdAt: iso(known.createdAt),
    updatedAt: iso(known.updatedAt),
    lastSync: known.lastSync === null ? null : iso(known.lastSync),
    updateToken: condition.updateToken,
    restoreToken: condition.restoreToken,
    twoFactorEnabled,
    hasCredentials,
    externalId,
  };
}

const iso = (at: Millis): string => new Date(at).toISOString();
