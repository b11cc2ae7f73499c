/**
 * The server's answers as the commands read them. Each field is looked for, none is trusted to be
 * there: a newer or older server may say more or less, and a table with an empty cell is better than a crash.
 * `raw` is the answer as it came; `--json` prints that.
 */
export type Json = Readonly<Record<string, unknown>>;

export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly stack: string | null;
}

export interface ApiEvent {
  readonly id: string;
  readonly source: string;
  readonly connection: string | null;
  readonly type: string;
  readonly status: string;
  readonly origin: string;
  readonly occurredAt: string | null;
  readonly receivedAt: string | null;
  readonly settledAt: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly waitingFor: string | null;
  readonly stale: boolean;
  readonly error: ApiError | null;
  readonly reason: string | null;
  readonly size: number | null;
  readonly raw: Json;
}

export interface ApiConnection {
  readonly source: string;
  readonly key: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly mailboxDepth: number;
  readonly lastEventAt: string | null;
  readonly expectBy: string | null;
  readonly waitingFor: string | null;
  readonly restarts: number;
  readonly state: unknown;
  readonly raw: Json;
}

export interface ApiReplay {
  readonly id: string;
  readonly status: string;
  readonly total: number;
  readonly done: number;
  readonly rate: number | null;
  readonly createdAt: string | null;
  readonly finishedAt: string | null;
  readonly raw: Json;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string | null;
  readonly raw: Json;
}

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const jsonOf = (value: unknown): Json => (isJson(value) ? value : {});
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textIn = (from: Json, name: string): string | null => {
  const value = from[name];
  return typeof value === "string" ? value : null;
};
const countIn = (from: Json, name: string): number | null => {
  const value = from[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

export function readError(value: unknown): ApiError | null {
  if (typeof value === "string") return { code: "", message: value, stack: null };
  if (!isJson(value)) return null;
  return {
    code: textIn(value, "code") ?? "",
    message: textIn(value, "message") ?? "",
    stack: textIn(value, "stack"),
  };
}

export function readEvent(value: unknown): ApiEvent {
  const raw = jsonOf(value);
  return {
    id: textIn(raw, "id") ?? "",
    source: textIn(raw, "source") ?? "",
    connection: textIn(raw, "connection"),
    type: textIn(raw, "type") ?? "",
    status: textIn(raw, "status") ?? "",
    origin: textIn(raw, "origin") ?? "",
    occurredAt: textIn(raw, "occurredAt"),
    receivedAt: textIn(raw, "receivedAt"),
    settledAt: textIn(raw, "settledAt"),
    attempts: countIn(raw, "attempts") ?? 0,
    nextAttemptAt: textIn(raw, "nextAttemptAt"),
    waitingFor: textIn(raw, "waitingFor"),
    stale: raw["stale"] === true,
    error: readError(raw["error"]),
    reason: textIn(raw, "reason"),
    size: countIn(raw, "size"),
    raw,
  };
}

export function readConnection(value: unknown): ApiConnection {
  const raw = jsonOf(value);
  return {
    source: textIn(raw, "source") ?? "",
    key: textIn(raw, "key") ?? "",
    status: textIn(raw, "status") ?? "",
    statusReason: textIn(raw, "statusReason"),
    mailboxDepth: countIn(raw, "mailboxDepth") ?? 0,
    lastEventAt: textIn(raw, "lastEventAt"),
    expectBy: textIn(raw, "expectBy"),
    waitingFor: textIn(raw, "waitingFor"),
    restarts: countIn(raw, "restarts") ?? 0,
    state: raw["state"] ?? null,
    raw,
  };
}

export function readReplay(value: unknown): ApiReplay {
  const raw = jsonOf(value);
  return {
    id: textIn(raw, "id") ?? "",
    status: textIn(raw, "status") ?? "",
    total: countIn(raw, "total") ?? 0,
    done: countIn(raw, "done") ?? 0,
    rate: countIn(raw, "rate"),
    createdAt: textIn(raw, "createdAt"),
    finishedAt: textIn(raw, "finishedAt"),
    raw,
  };
}

export function readKey(value: unknown): ApiKey {
  const raw = jsonOf(value);
  return {
    id: textIn(raw, "id") ?? "",
    name: textIn(raw, "name") ?? "",
    scopes: listOf(raw["scopes"]).filter((scope): scope is string => typeof scope === "string"),
    createdAt: textIn(raw, "createdAt"),
    raw,
  };
}
