import { type ApiEvent, type Json, jsonOf, listOf, readError, readEvent, textIn } from "../api.ts";
import { segment } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, FILTERS, filterOf } from "../options.ts";
import { writeOutput } from "../output-file.ts";
import { type Part, status, toned } from "../style.ts";
import type { Column } from "../table.ts";

const ID = { name: "event", summary: "its id: evt_…", required: true } as const;

export const events: Command = {
  name: "events",
  summary: "list events, look at one, skip one",
  about:
    "An event is one thing that a provider told. It is `pending` until its handler is done with it, and then `completed`, `skipped` (on purpose, with a reason) or `failed` (gave up: a dead letter, which can be replayed).",
  fallback: "list",
  examples: [
    ["events", "the newest 50"],
    ["events --status failed --since 24h", "today's dead letters"],
    [
      "events --source bank --connection 4711 --all --json",
      "everything of one connection, one JSON object a line",
    ],
    ["events show evt_00000000180000", "one event with its payload and attempts"],
  ],
  commands: [
    {
      name: "list",
      summary: "list events, newest first",
      options: [...FILTERS, ...EXTENT],
      examples: [
        ["events list --source github --type 'pull_request.*'", "by source and type"],
        ["events list --q acme --since 7d", "search the last week"],
      ],
      run: async (call) => {
        await list(call, {
          path: "/v1/events",
          query: filterOf(call.given),
          read: readEvent,
          columns: eventColumns(call),
          noun: "event",
        });
        return EXIT.OK;
      },
    },
    {
      name: "show",
      summary: "show one event: payload, attempts, why it waits",
      operands: [ID],
      examples: [["events show evt_00000000180000", "everything about it"]],
      run: show,
    },
    {
      name: "body",
      summary: "print the exact bytes that the provider sent",
      about:
        "Into a pipe or a file the bytes go as they are. On a terminal, characters that would act on it are replaced by pictures.",
      operands: [ID],
      options: [
        {
          flags: "--request",
          summary: "of a batch: the whole request instead of this event's part",
        },
        {
          flags: "-o, --output <file>",
          summary: "write to this file instead (it must not exist yet)",
        },
      ],
      examples: [["events body evt_00000000180000 | jq .", "work on the payload"]],
      run: body,
    },
    {
      name: "skip",
      summary: "settle a pending event without processing it",
      about:
        "Those of its connection that wait behind it go on. A failed event is settled already: it stays a dead letter, out of everyone's way, until it is replayed.",
      operands: [ID],
      options: [{ flags: "--reason <text>", summary: "why, for those who look at it later" }],
      examples: [["events skip evt_00000000180000 --reason 'test data'", "it becomes `skipped`"]],
      run: skip,
    },
  ],
};

/** The columns of a list of events; the last says why it waits or what went wrong. */
export function eventColumns({ out }: Pick<Call, "out">): readonly Column<ApiEvent>[] {
  return [
    { title: "ID", cell: (event) => event.id },
    { title: "STATUS", cell: (event) => status(event.status) },
    { title: "SOURCE", cell: (event) => event.source, least: 4 },
    { title: "TYPE", cell: (event) => event.type, least: 8 },
    { title: "KEY", cell: (event) => event.connection ?? "", least: 4 },
    { title: "WHEN", cell: (event) => toned(out.time(event.receivedAt), "faint") },
    { title: "NOTE", cell: note, least: 6 },
  ];
}

export function note(event: ApiEvent): Part {
  if (event.waitingFor !== null) return event.waitingFor;
  if (event.reason !== null) return event.reason;
  if (event.error === null) return event.stale ? "stale" : "";
  const { code, message } = event.error;
  return [code, message].filter((part) => part !== "").join(": ");
}

async function show({ given, out, client }: Call): Promise<number> {
  const answer = await (await client()).get(`/v1/events/${segment(given.operand(0), "event id")}`);
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const event = readEvent(answer);
  out.fields([
    ["Event", toned(event.id, "strong")],
    ["Status", status(event.status)],
    ["Why it waits", event.waitingFor],
    ["Reason", event.reason],
    ["Source", event.source],
    ["Connection", event.connection],
    ["Type", event.type],
    ["Origin", event.origin],
    ["Occurred", out.exactTime(event.occurredAt)],
    ["Received", out.exactTime(event.receivedAt)],
    ["Settled", out.exactTime(event.settledAt)],
    ["Attempts", String(event.attempts)],
    ["Next try", out.exactTime(event.nextAttemptAt)],
    ["Stale", event.stale ? "yes: older than what was applied already" : null],
    ["Dedupe key", textIn(event.raw, "dedupeKey")],
    ["Request", textIn(event.raw, "requestId")],
    ["Size", event.size === null ? null : `${event.size} bytes`],
  ]);
  showError(event, { out });
  showAttempts(answer, { out });
  showPayload(event, { out });
  return EXIT.OK;
}

function showError(event: ApiEvent, { out }: Pick<Call, "out">): void {
  if (event.error === null) return;
  out.line();
  out.line(toned("Last error", "strong"), event.error.code === "" ? "" : ` (${event.error.code})`);
  out.block(event.error.stack ?? event.error.message);
}

function showAttempts(answer: Json, { out }: Pick<Call, "out">): void {
  const attempts = listOf(answer["attemptLog"]).map(jsonOf);
  if (attempts.length === 0) return;
  out.line();
  out.line(toned("Attempts", "strong"));
  out.table<Json>(
    [
      { title: "#", cell: (row) => String(row["attempt"] ?? "") },
      { title: "OUTCOME", cell: (row) => outcome(textIn(row, "outcome") ?? "") },
      { title: "STARTED", cell: (row) => toned(out.time(textIn(row, "startedAt")), "faint") },
      {
        title: "TOOK",
        cell: (row) =>
          typeof row["durationMs"] === "number" ? `${Math.round(row["durationMs"])} ms` : "",
      },
      { title: "NEXT TRY", cell: (row) => out.time(textIn(row, "nextAt")) },
      { title: "ERROR", cell: (row) => readError(row["error"])?.message ?? "", least: 12 },
    ],
    attempts,
  );
}

/** A retry is no status of an event, but an outcome of an attempt. */
const outcome = (word: string): Part =>
  word === "retry" ? toned("↻ retry", "waiting") : status(word);

function showPayload(event: ApiEvent, { out }: Pick<Call, "out">): void {
  const payload = event.raw["data"];
  if (payload === undefined) return;
  out.line();
  out.line(toned("Payload", "strong"));
  if (payload === null && event.size !== 4) out.line(toned("(none kept)", "faint"));
  else out.block(typeof payload === "string" ? payload : JSON.stringify(payload, null, 2));
}

async function body({ given, out, io, client }: Call): Promise<number> {
  const bytes = await (await client()).bytes(
    `/v1/events/${segment(given.operand(0), "event id")}/body`,
    given.flag("request") ? { of: "request" } : {},
  );
  const file = given.text("output");
  if (file !== undefined) {
    const path = await writeOutput(io.cwd, file, bytes);
    out.note(`${bytes.length} bytes written to `, path);
  } else if (io.isTty.stdout) out.block(new TextDecoder().decode(bytes));
  else out.bytes(bytes);
  return EXIT.OK;
}

async function skip({ given, out, client }: Call): Promise<number> {
  const id = given.operand(0);
  const reason = given.text("reason");
  const answer = await (await client()).post(
    `/v1/events/${segment(id, "event id")}/skip`,
    reason === undefined ? {} : { reason },
  );
  if (out.json) out.object(answer);
  else out.note("Skipped ", toned(id, "strong"), ".");
  return EXIT.OK;
}
