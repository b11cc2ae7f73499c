import { type Json, listOf, readEvent, readReplay } from "../api.ts";
import type { Call } from "../command.ts";
import { confirmed } from "../confirm.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { hintAtSource } from "../known-source.ts";
import { toned } from "../style.ts";
import { counted } from "../text.ts";
import { eventColumns } from "./events.ts";
import { follow } from "./replay-progress.ts";

/** A replay of many: look first, ask, start the job, watch it. */
export async function bulk(call: Call, filter: Json): Promise<number> {
  const { given, out, io } = call;
  const rate = given.number("rate");
  const wanted = rate === undefined ? filter : { ...filter, rate };
  const preview = await look(call, wanted);
  if (preview.count === 0) await hintAtSource(call, filter["source"]);
  if (given.flag("dryRun") || preview.count === 0) return EXIT.OK;
  if (!given.flag("yes") && !(await confirmed(io, `Replay ${preview.text}?`))) {
    out.note("Nothing was replayed.");
    return EXIT.FAILED;
  }
  const server = await call.client();
  const answer = await server.post("/v1/replays", wanted);
  const job = readReplay(answer);
  if (job.id === "")
    throw new CliFailure(
      EXIT.FAILED,
      "the server did not say which job it made",
      "`longstop replay list` shows the jobs there are.",
    );
  if (given.flag("detach")) {
    if (out.json) out.object(answer);
    else
      out.note(
        "Started ",
        toned(job.id, "strong"),
        `. Watch it with \`longstop replay status ${job.id} --watch\`.`,
      );
    return EXIT.OK;
  }
  out.note("Started ", toned(job.id, "strong"), ".");
  return follow(call, job.id);
}

/** What would be replayed. With `--json` it is printed only when it is the result. */
async function look(
  { given, out, client }: Call,
  wanted: Json,
): Promise<{ count: number; text: string }> {
  const answer = await (await client()).post("/v1/replays", { ...wanted, dryRun: true });
  const counts = [answer["count"], answer["total"]].find((value) => typeof value === "number");
  const count = typeof counts === "number" ? counts : 0;
  const text = `${answer["countIsExact"] === false ? "at least " : ""}${counted(count, "event")}`;
  const only = given.flag("dryRun");
  if (out.json) {
    if (only || count === 0) out.object(answer);
    return { count, text };
  }
  if (count === 0) out.note("No events match: nothing to replay.");
  else {
    const sample = listOf(answer["sample"]).map((row) =>
      readEvent(typeof row === "string" ? { id: row } : row),
    );
    if (sample.length > 0) out.table(eventColumns({ out }), sample);
    out.line(toned(text, "strong"), only ? " would be replayed." : " match.");
  }
  return { count, text };
}
