import type { Payload } from "longstop";

/** What is remembered of one bank connection. */
export interface Account {
  /** Its newest status, as the bank's provider gives it. */
  known?: Payload;
  gone?: boolean;
  /** Each change that was handled, in order: one that came twice would stand here twice. */
  seen?: string[];
}

/** The account after one more event; a status that is older than the known one is only noted. */
export function learn(account: Account, type: string, status: Payload): Account {
  const seen = [...(account.seen ?? []), `${type} ${status?.updatedAt ?? "?"}`];
  if (type === "connection.deleted") return { ...account, seen, gone: true };
  const newer = status !== undefined && !(status.updatedAt < account.known?.updatedAt);
  return { ...account, seen, ...(newer ? { known: status } : {}) };
}
