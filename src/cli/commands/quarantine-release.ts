import { type Json, jsonOf, listOf, textIn } from "../api.ts";
import type { Call } from "../command.ts";
import { confirmed } from "../confirm.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { type Part, toned } from "../style.ts";
import { counted } from "../text.ts";

/** What came of all of them. */
interface Tally {
  passed: number;
  failing: number;
  missing: number;
}

/** Releases one request, or page by page a whole source after asking. With `--json` one line a request. */
export async function release(call: Call): Promise<number> {
  const { given, out, io } = call;
  const [id, source] = [given.operand(0), given.text("source")];
  const dryRun = given.flag("dryRun");
  if ((id === "") === (source === undefined))
    throw new CliFailure(
      EXIT.USAGE,
      "say what to release: an id, or all of a source",
      "`longstop quarantine` lists them; then: release qua_17, or release --source stripe.",
    );
  const asks = source !== undefined && !dryRun && !given.flag("yes");
  if (asks && !(await confirmed(io, `Release what passes by now of ${source}?`))) {
    out.note("Nothing was released.");
    return EXIT.FAILED;
  }
  const tally: Tally = { passed: 0, failing: 0, missing: 0 };
  const wanted = source === undefined ? { ids: [id], dryRun } : { source, dryRun };
  let cursor: string | null = null;
  do {
    const page: Json = cursor === null ? wanted : { ...wanted, cursor };
    const answer = await (await call.client()).post("/v1/quarantine/release", page);
    for (const row of listOf(answer["data"])) tell(call, jsonOf(row), tally);
    cursor = textIn(answer, "nextCursor");
  } while (cursor !== null);
  return sumUp(call, tally, dryRun);
}

function tell({ out }: Call, row: Json, tally: Tally): void {
  const status = textIn(row, "status") ?? "";
  if (status === "released" || status === "verified") tally.passed++;
  else if (status === "not_found") tally.missing++;
  else tally.failing++;
  if (out.json) return out.object(row, true);
  const id = textIn(row, "id") ?? "";
  out.line(`${id}  `, outcome(row, status));
}

function outcome(row: Json, status: string): Part {
  if (status === "verified") return toned("would pass", "good");
  if (status === "not_found") return toned("is not there", "faint");
  if (status !== "released")
    return toned(`${textIn(row, "code") ?? status}: ${textIn(row, "detail") ?? ""}`, "bad");
  const events = listOf(row["events"]).map(jsonOf);
  const names = events.map(
    (event) => `${textIn(event, "id") ?? ""}${event["duplicate"] === true ? " (duplicate)" : ""}`,
  );
  return toned(
    names.length === 0 ? "released, no event in it" : `released: ${names.join(" ")}`,
    "good",
  );
}

function sumUp({ out }: Call, { passed, failing, missing }: Tally, dryRun: boolean): number {
  const verb = dryRun ? "would be released" : "released";
  if (passed + failing + missing === 0) out.note("Nothing is kept of this source.");
  else
    out.note(
      `${counted(passed, "request")} ${verb}`,
      failing > 0 ? `, ${failing} still fail${failing === 1 ? "s" : ""}` : "",
      ".",
    );
  if (passed === 0 && failing === 0 && missing > 0) return EXIT.NOT_FOUND;
  return failing > 0 ? EXIT.FAILED : EXIT.OK;
}
