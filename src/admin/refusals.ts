import { type ProblemCode, problem } from "../base/problems.ts";
import { JournalRefused, ReadRefused } from "../journal/journal.ts";
import type { OperationRefused } from "../mailbox/operations.ts";

const JOURNAL_CODES = {
  overloaded: "overloaded",
  disk_full: "disk_full",
  failing: "unavailable",
  closed: "draining",
} as const satisfies Readonly<Record<JournalRefused["code"], ProblemCode>>;

/** An operation's refusal, said of the thing that was asked for (`event`, `connection`, `replay`). */
export function refusal(code: OperationRefused, thing: string, needs?: string): Response {
  if (code === "not_found") return problem("not_found", `There is no such ${thing}.`);
  return problem(code, code === "wrong_status" ? needs : undefined);
}

/** What a refused read or write is answered with; `null` for what nobody expects. */
export function expected(thrown: unknown): Response | null {
  if (thrown instanceof ReadRefused) return problem(thrown.code);
  if (thrown instanceof JournalRefused) {
    return problem(
      JOURNAL_CODES[thrown.code],
      "The journal takes nothing now; nothing was changed.",
    );
  }
  return null;
}
