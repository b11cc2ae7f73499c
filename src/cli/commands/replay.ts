import { readReplay } from "../api.ts";
import { segment } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, FILTERS, filterOf, wholeNumber, YES } from "../options.ts";
import { status, toned } from "../style.ts";
import { bulk } from "./replay-bulk.ts";
import { follow, percent } from "./replay-progress.ts";

const JOB = {
  name: "replay",
  summary: "the job's id, as `replay` printed it",
  required: true,
} as const;

export const replay: Command = {
  name: "replay",
  summary: "process events again: one, or many by filter",
  about:
    "Order within a connection is kept, and a replay is never swallowed as a duplicate. Many at once are a job of the server: it goes on when this command or the server ends, and can be paused, resumed and cancelled.",
  fallback: "start",
  examples: [
    ["replay evt_00000000180000", "one event"],
    ["replay --source bank --status failed --since 24h --dry-run", "count, and look at some"],
    [
      "replay --source bank --status failed --since 24h --rate 50",
      "at most 50 a second, after a question",
    ],
    ["replay cancel rpl_7k2m", "end a job; what it did stays done"],
  ],
  commands: [
    {
      name: "start",
      summary: "replay one event, or all that match the filters",
      operands: [
        {
          name: "event",
          summary: "an event's id: evt_…; or give filters instead",
          required: false,
        },
      ],
      options: [
        ...FILTERS,
        { flags: "--everything", summary: "no filter: every event there is" },
        {
          flags: "--rate <count>",
          summary: "at most this many a second (default: as fast as it goes)",
          read: wholeNumber(1, 100_000),
        },
        { flags: "--dry-run", summary: "only count, and show a sample" },
        { flags: "--detach", summary: "do not wait for the job to end" },
        YES,
      ],
      examples: [["replay start --type 'invoice.*' --since 1h --yes", "without being asked"]],
      run: start,
    },
    {
      name: "list",
      summary: "list replay jobs",
      options: EXTENT,
      examples: [["replay list", "newest first"]],
      run: listJobs,
    },
    {
      name: "status",
      summary: "show how far a job has come",
      operands: [JOB],
      options: [{ flags: "--watch", summary: "stay until it is done" }],
      examples: [["replay status rpl_7k2m --watch", "a moving bar"]],
      run: showJob,
    },
    ...(["pause", "resume", "cancel"] as const).map(
      (action): Command => ({
        name: action,
        summary: {
          pause: "let a job rest",
          resume: "let a paused job go on",
          cancel: "end a job; what it did stays done",
        }[action],
        operands: [JOB],
        examples: [[`replay ${action} rpl_7k2m`, `${action} it`]],
        run: (call) => act(call, action),
      }),
    ),
  ],
};

async function start(call: Call): Promise<number> {
  const { given, out, client } = call;
  const id = given.operand(0);
  const filter = filterOf(given);
  const filtered = Object.keys(filter).length > 0;
  if (id === "") {
    // The server wants at least one filter: since the beginning of time is one that all events meet.
    if (!filtered && given.flag("everything"))
      return bulk(call, { since: new Date(0).toISOString() });
    if (filtered) return bulk(call, filter);
    throw new CliFailure(
      EXIT.USAGE,
      "which events?",
      "Give an event's id, filters such as --status failed --since 24h, or --everything.",
    );
  }
  if (!id.startsWith("evt_")) {
    throw new CliFailure(
      EXIT.USAGE,
      `\`${id}\` is neither an event's id (evt_…) nor a command of \`replay\``,
      "See `longstop replay --help`.",
    );
  }
  if (filtered)
    throw new CliFailure(
      EXIT.USAGE,
      "an event's id and filters exclude each other",
      "Give one or the other.",
    );
  const answer = await (await client()).post(`/v1/events/${segment(id, "event id")}/replay`);
  if (out.json) out.object(answer);
  else
    out.note(
      "Replaying ",
      toned(id, "strong"),
      `. See how it goes with \`longstop events show ${id}\`.`,
    );
  return EXIT.OK;
}

async function listJobs(call: Call): Promise<number> {
  const { out } = call;
  await list(call, {
    path: "/v1/replays",
    query: {},
    read: readReplay,
    columns: [
      { title: "ID", cell: (job) => job.id },
      { title: "STATUS", cell: (job) => status(job.status) },
      { title: "DONE", cell: (job) => `${job.done} of ${job.total}` },
      { title: "", cell: (job) => percent(job) },
      { title: "CREATED", cell: (job) => toned(out.time(job.createdAt), "faint") },
      { title: "FILTER", cell: (job) => JSON.stringify(job.raw["filter"] ?? {}), least: 8 },
    ],
    noun: "replay job",
  });
  return EXIT.OK;
}

async function showJob(call: Call): Promise<number> {
  const { given, out, client } = call;
  const id = given.operand(0);
  if (given.flag("watch")) return follow(call, id);
  const answer = await (await client()).get(`/v1/replays/${segment(id, "replay id")}`);
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const job = readReplay(answer);
  out.fields([
    ["Replay", toned(job.id, "strong")],
    ["Status", status(job.status)],
    ["Done", `${job.done} of ${job.total} (${percent(job)})`],
    ["Rate", job.rate === null ? "as fast as it goes" : `at most ${job.rate} a second`],
    ["Filter", JSON.stringify(job.raw["filter"] ?? {})],
    ["Created", out.exactTime(job.createdAt)],
    ["Finished", out.exactTime(job.finishedAt)],
  ]);
  return EXIT.OK;
}

async function act({ given, out, client }: Call, action: string): Promise<number> {
  const id = given.operand(0);
  const answer = await (await client()).post(`/v1/replays/${segment(id, "replay id")}/${action}`);
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const job = readReplay(answer);
  out.note("Replay ", toned(id, "strong"), ` is ${job.status}: ${job.done} of ${job.total} done.`);
  return EXIT.OK;
}
