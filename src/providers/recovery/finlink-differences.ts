import { createHash } from "node:crypto";
import type { Millis } from "../../base/clock.ts";
import { parseMoment } from "../date-time.ts";
import { fieldOf, textAt } from "../payload.ts";
import type { Difference } from "../recovery.ts";

/** What the status's documented fields are; others may change without being news. */
const FIELDS = [
  "status",
  "errorDetails",
  "entity",
  "createdAt",
  "updatedAt",
  "lastSync",
  "updateToken",
  "restoreToken",
  "twoFactorEnabled",
  "hasCredentials",
  "externalId",
] as const;

type Kind =
  | "pending"
  | "created"
  | "imported"
  | "updated"
  | "update_failed"
  | "errored"
  | "update_token"
  | "restore_token"
  | "deleted";

/** Under way: no news in itself, what it leads to is. */
const PASSING = new Set(["PENDING", "UPDATING"]);
const FAILED: Readonly<Record<string, Kind>> = {
  ERRORED: "errored",
  UPDATE_ERROR: "update_failed",
};

/**
 * What became different between two statuses of a connection, in the order in which it must have happened:
 *
 * | difference                      | when                                                                |
 * | ------------------------------- | ------------------------------------------------------------------- |
 * | `pending`                       | a public token waits to be exchanged (it is known by that token)     |
 * | `created`                       | the connection was not known                                         |
 * | `imported`, `updated`           | a newer `lastSync`: the first that there is, any other               |
 * | `errored`, `update_failed`      | `ERRORED`, `UPDATE_ERROR`: now, or with other details than before    |
 * | `update_token`, `restore_token` | a token that was not there                                           |
 * | `deleted`                       | it is gone                                                           |
 *
 * If none of them explains what is different, it is the one that its status stands for: a second failure
 * like the first has only another `updatedAt`, a changed `externalId` is an `updated`. `PENDING` and
 * `UPDATING` are not told, nor is a state that is older than the one known.
 *
 * An id is made of the state afterwards alone: by which states it was reached, and which of them were
 * seen, makes no difference. The events' sequence is `updatedAt`. Each event has the whole state, so that
 * the last one is enough to know how things are.
 */
export function finlinkDifferences(before: unknown, after: unknown): readonly Difference[] {
  if (after === null) return gone(before);
  const waits = textAt(after, "publicToken");
  if (waits !== null)
    return before === null ? [made("pending", after, [waits], timeOf(after, "createdAt"))] : [];
  if (isOlder(after, before)) return [];
  const news = [
    ...dataNews(before, after),
    ...failureNews(before, after),
    ...tokenNews(before, after),
  ];
  if (before === null) {
    return [
      made("created", after, [fieldOf(after, "createdAt")], timeOf(after, "createdAt")),
      ...news,
    ];
  }
  return news.length > 0 ? news : otherNews(before, after);
}

/** A public token that is gone was exchanged, or has expired: the connection, if any, tells of itself. */
function gone(before: unknown): readonly Difference[] {
  if (before === null || textAt(before, "publicToken") !== null) return [];
  return [{ ...made("deleted", before, [fieldOf(before, "createdAt")], null), sequence: null }];
}

/** Lists and single answers may cross on their way: what is older says nothing about now. */
function isOlder(after: unknown, before: unknown): boolean {
  const [now, was] = [timeOf(after, "updatedAt"), timeOf(before, "updatedAt")];
  return now !== null && was !== null && now < was;
}

function dataNews(before: unknown, after: unknown): readonly Difference[] {
  const [now, was] = [textAt(after, "lastSync"), textAt(before, "lastSync")];
  const imported = hasData(after) && !hasData(before);
  if (!hasData(after) || (!imported && (now === null || now === was))) return [];
  const kind = imported ? "imported" : "updated";
  if (now === null) return [ofWhole(kind, after)];
  return [made(kind, after, [now], timeOf(after, "lastSync"))];
}

/** Whether there ever was an import: `ERRORED` has no usable data, `UPDATE_ERROR` has older ones. */
function hasData(state: unknown): boolean {
  const status = textAt(state, "status");
  if (status === "READY" || status === "UPDATE_ERROR") return true;
  return textAt(state, "lastSync") !== null;
}

function failureNews(before: unknown, after: unknown): readonly Difference[] {
  const status = textAt(after, "status") ?? "";
  const kind = FAILED[status];
  const same = status === textAt(before, "status") && !differs(before, after, "errorDetails");
  return kind === undefined || same ? [] : [ofWhole(kind, after)];
}

function tokenNews(before: unknown, after: unknown): readonly Difference[] {
  const found: Difference[] = [];
  for (const [field, kind] of TOKENS) {
    const token = textAt(after, field);
    if (token === null || token === textAt(before, field)) continue;
    found.push(made(kind, after, [token], timeOf(after, "updatedAt")));
  }
  return found;
}

const TOKENS = [
  ["updateToken", "update_token"],
  ["restoreToken", "restore_token"],
] as const;

function otherNews(before: unknown, after: unknown): readonly Difference[] {
  const status = textAt(after, "status") ?? "";
  if (PASSING.has(status) || !FIELDS.some((field) => differs(before, after, field))) return [];
  return [ofWhole(FAILED[status] ?? "updated", after)];
}

const differs = (before: unknown, after: unknown, field: string): boolean =>
  textOf(fieldOf(before, field)) !== textOf(fieldOf(after, field));

/** A difference that all documented fields make. */
const ofWhole = (kind: Kind, after: unknown): Difference =>
  made(
    kind,
    after,
    FIELDS.map((field) => fieldOf(after, field)),
    timeOf(after, "updatedAt"),
  );

function made(
  kind: Kind,
  data: unknown,
  marks: readonly unknown[],
  occurredAt: Millis | null,
): Difference {
  const hash = createHash("sha256").update(marks.map(textOf).join("\n")).digest("hex").slice(0, 32);
  const sequence = timeOf(data, "updatedAt");
  return { type: `connection.${kind}`, id: `${kind}/${hash}`, occurredAt, sequence, data };
}

const timeOf = (state: unknown, field: string): Millis | null => parseMoment(fieldOf(state, field));

/** The same text for the same value, in whichever order its fields came; absent is as `null`. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, each]) => `${JSON.stringify(name)}:${textOf(each)}`).join()}}`;
}
