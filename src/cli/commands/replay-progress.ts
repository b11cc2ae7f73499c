import { sleep } from "../../base/clock.ts";
import { formatDuration } from "../../base/duration.ts";
import { type ApiReplay, readReplay } from "../api.ts";
import { segment } from "../client.ts";
import type { Call } from "../command.ts";
import { EXIT } from "../exit.ts";
import { interruptible } from "../interrupt.ts";
import { toned } from "../style.ts";
import { counted } from "../text.ts";

const POLL_MS = 500;
const BAR_COLUMNS = 24;

/** Whole percent, never 100 before it is done. */
export function percent({ done, total }: Pick<ApiReplay, "done" | "total">): string {
  return total === 0 ? "100%" : `${Math.min(100, Math.floor((done / total) * 100))}%`;
}

/** `███████░░░░░ 58%  1,160 of 2,000  about 8 s left`. */
export function bar(job: ApiReplay, elapsedMs: number, doneBefore: number): string {
  const filled =
    job.total === 0
      ? BAR_COLUMNS
      : Math.floor((Math.min(job.done, job.total) / job.total) * BAR_COLUMNS);
  const picture = "█".repeat(filled) + "░".repeat(BAR_COLUMNS - filled);
  const perMs = elapsedMs > 0 ? (job.done - doneBefore) / elapsedMs : 0;
  const left =
    perMs > 0
      ? `  about ${formatDuration(Math.ceil((job.total - job.done) / perMs / 1000) * 1000)} left`
      : "";
  return `${picture} ${percent(job)}  ${job.done.toLocaleString("en-GB")} of ${job.total.toLocaleString("en-GB")}${left}`;
}

/**
 * Watches a job until it is over, with a bar on a terminal. Ctrl-C stops the watching and not the job.
 * A paused job is over for the watcher: somebody else decides when it goes on.
 */
export async function follow(call: Call, id: string): Promise<number> {
  const last = await interruptible(call.io, (interrupted) => watch(call, id, interrupted));
  const { out } = call;
  if (last.interrupted) {
    out.note(
      "The job goes on on the server. Watch it with ",
      toned(`longstop replay status ${id} --watch`, "link"),
      ", end it with ",
      toned(`longstop replay cancel ${id}`, "link"),
      ".",
    );
    return EXIT.INTERRUPTED;
  }
  const { job } = last;
  if (out.json) out.object(job.raw);
  else if (job.status === "completed")
    out.line(toned("✓", "good"), ` ${counted(job.done, "event")} replayed.`);
  else
    out.line(
      `Replay `,
      toned(id, "strong"),
      ` is ${job.status}: ${job.done} of ${job.total} done.`,
    );
  return job.status === "cancelled" ? EXIT.FAILED : EXIT.OK;
}

async function watch(
  { io, out, client }: Call,
  id: string,
  interrupted: AbortSignal,
): Promise<{ job: ApiReplay; interrupted: boolean }> {
  const server = await client();
  const began = io.clock.monotonic();
  let doneBefore: number | null = null;
  try {
    for (;;) {
      const job = readReplay(await server.get(`/v1/replays/${segment(id, "replay id")}`));
      doneBefore ??= job.done;
      if (job.status !== "running") return { job, interrupted: false };
      if (interrupted.aborted) return { job, interrupted: true };
      out.progress(bar(job, io.clock.monotonic() - began, doneBefore));
      await sleep(io.clock, POLL_MS, interrupted);
      if (interrupted.aborted) return { job, interrupted: true };
    }
  } finally {
    out.settle();
  }
}
