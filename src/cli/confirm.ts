import { CliFailure, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { safeLine } from "./text.ts";

/** Asks a yes-or-no question, no by default. Without a terminal there is nobody to ask, and `--yes` is wanted. */
export async function confirmed(io: Io, question: string): Promise<boolean> {
  if (!io.isTty.stdin || !io.isTty.stderr) {
    throw new CliFailure(
      EXIT.USAGE,
      "there is no terminal to ask on",
      "Add --yes to go on without being asked; where there is --dry-run, that only looks.",
    );
  }
  const answer = await io.ask(`${safeLine(question)} [y/N] `);
  return /^y(es)?$/i.test((answer ?? "").trim());
}
