import { problem } from "../base/problems.ts";
import { JournalRefused, ReadRefused } from "../journal/journal.ts";
import { REFUSALS } from "./admit.ts";
import { type Confirmed, confirmPage } from "./confirm-page.ts";

/** Rejects with `JournalRefused` or `ReadRefused`: then it was not confirmed, and may be tried again. */
export type Confirm = (token: string) => Promise<Confirmed>;

/** Longer ones were never given out. */
const TOKEN_CHARS_MAX = 256;

/**
 * `/confirm/<token>`: POST confirms. GET only shows a page that does so at the press of a button, since
 * scanners of mail and chat fetch whatever link they see. The body is of no meaning and is not read.
 */
export async function confirming(
  request: Request,
  token: string,
  confirm: Confirm,
): Promise<Response> {
  const { method } = request;
  if (method === "GET" || method === "HEAD") return confirmPage("ask");
  if (method !== "POST") return problem("method_not_allowed", undefined, { allow: "GET, POST" });
  if (!/^[\w.~-]+$/.test(token) || token.length > TOKEN_CHARS_MAX)
    return answer("unknown", request);
  try {
    return answer(await confirm(token), request);
  } catch (error) {
    if (error instanceof JournalRefused) return problem(REFUSALS[error.code]);
    // It was not looked at in time: nothing was confirmed either.
    if (error instanceof ReadRefused) return problem("behind");
    throw error;
  }
}

/** Twice is as good as once: whoever did not hear our answer asks again. */
function answer(became: Confirmed, request: Request): Response {
  // Somebody pressed the button; programs do not ask for pages.
  if ((request.headers.get("accept") ?? "").includes("text/html")) return confirmPage(became);
  switch (became) {
    case "confirmed":
    case "already":
      return Response.json({ status: became }, { headers: { "cache-control": "no-store" } });
    case "late":
      return problem("confirmation_late");
    case "unknown":
      return problem(
        "not_found",
        "No such confirmation was ever asked for; use the URL as it was sent.",
      );
  }
}
