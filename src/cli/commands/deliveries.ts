import { jsonOf, listOf, readError, textIn } from "../api.ts";
import { segment } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, filterOf, SINCE, UNTIL } from "../options.ts";
import { type Part, toned } from "../style.ts";
import { counted } from "../text.ts";
import { pathOf } from "./endpoints-view.ts";

/** A delivery as the API answers it; each field is looked for, none is trusted to be there. */
interface Row {
  readonly id: string;
  readonly endpoint: string;
  readonly type: string;
  readonly status: string;
  readonly attempts: number;
  readonly createdAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly response: string;
  readonly error: string;
}

const TONES = { delivered: "good", failed: "bad", pending: "waiting" } as const;

export const deliveries: Command = {
  name: "deliveries",
  summary: "list what was sent and what is owed, or look at one with all its tries",
  operands: [{ name: "endpoint", summary: "only of this one: its name or id", required: false }],
  options: [
    {
      flags: "--status <status>",
      summary: "only in this status",
      choices: ["pending", "delivered", "failed", "cancelled"],
    },
    { flags: "--event <id>", summary: "only of this event (evt_…)" },
    { flags: "--id <id>", summary: "this one (dlv_…), with what was sent and what came back" },
    SINCE,
    UNTIL,
    ...EXTENT,
  ],
  examples: [
    ["endpoints deliveries warehouse --status failed", "what it did not take"],
    ["endpoints deliveries --event evt_0000000001abcd", "where an event went"],
    ["endpoints deliveries --id dlv_0000000001abcd_4k2j9x", "every try, with the answers"],
  ],
  run: (call) => (call.given.text("id") === undefined ? listAll(call) : show(call)),
};

async function listAll(call: Call): Promise<number> {
  const { given, out } = call;
  const [endpoint, event] = [given.operand(0), given.text("event")];
  await list(call, {
    path: "/v1/deliveries",
    query: {
      ...filterOf(given),
      ...(endpoint === "" ? {} : { endpoint }),
      ...(event === undefined ? {} : { event }),
    },
    read: readRow,
    columns: [
      { title: "ID", cell: (row) => row.id },
      { title: "ENDPOINT", cell: (row) => row.endpoint, least: 8 },
      { title: "TYPE", cell: (row) => row.type, least: 8 },
      { title: "STATUS", cell: state },
      { title: "TRIES", cell: (row) => String(row.attempts) },
      { title: "ANSWER", cell: (row) => row.response },
      { title: "SINCE", cell: (row) => toned(out.time(row.createdAt), "faint") },
      { title: "NEXT", cell: (row) => toned(out.time(row.nextAttemptAt), "faint") },
      { title: "NOTE", cell: (row) => row.error, least: 8 },
    ],
    noun: "delivery",
  });
  return EXIT.OK;
}

function state({ status }: Row): Part {
  const tone = Object.hasOwn(TONES, status) ? TONES[status as keyof typeof TONES] : "plain";
  return toned(status, tone);
}

async function show({ given, out, client }: Call): Promise<number> {
  const id = segment(given.text("id") ?? "", "delivery");
  const answer = await (await client()).get(`/v1/deliveries/${id}`);
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const row = readRow(answer);
  out.fields([
    ["Delivery", toned(row.id, "strong")],
    ["Event", textIn(answer, "event")],
    ["Type", row.type],
    ["Endpoint", row.endpoint],
    ["Status", state(row)],
    ["Owed since", out.exactTime(row.createdAt)],
    ["Next try", out.exactTime(row.nextAttemptAt)],
  ]);
  for (const [index, value] of listOf(answer["attemptLog"]).entries()) {
    const attempt = jsonOf(value);
    const reply = attempt["response"] === null ? null : jsonOf(attempt["response"]);
    const said =
      reply === null ? (readError(attempt["error"])?.message ?? "") : String(reply["status"] ?? "");
    out.line();
    out.line(
      // Counted on: a delivery that is sent again begins to count its attempts anew.
      toned(`Try ${index + 1}`, "strong"),
      `  ${textIn(attempt, "startedAt") ?? ""}  ${textIn(attempt, "outcome") ?? ""}  ${String(attempt["durationMs"] ?? "")} ms  ${said}`,
    );
    const body = reply === null ? "" : (textIn(reply, "body") ?? "");
    if (body !== "") out.block(body);
  }
  return EXIT.OK;
}

/** One delivery by its id, or all that failed of an endpoint since a time. */
export async function resend({ given, out, client }: Call): Promise<number> {
  const what = given.operand(0);
  const api = await client();
  if (what.startsWith("dlv_")) {
    const answer = await api.post(`/v1/deliveries/${segment(what, "delivery")}/resend`);
    if (out.json) out.object(answer);
    else out.note("Sending again: ", toned(what, "strong"), ".");
    return EXIT.OK;
  }
  const [since, until] = [given.text("since"), given.text("until")];
  if (since === undefined) {
    throw new CliFailure(
      EXIT.USAGE,
      "since when?",
      `Say --since 24h to send all again that failed of ${what}, or give a delivery's id (dlv_…).`,
    );
  }
  const range = { since, ...(until === undefined ? {} : { until }), status: "failed" };
  const answer = await api.post(`${pathOf(what)}/resend`, range);
  if (out.json) out.object(answer);
  else out.note(`Sending ${counted(Number(answer["resent"] ?? 0), "failed delivery")} again.`);
  return EXIT.OK;
}

function readRow(value: unknown): Row {
  const raw = jsonOf(value);
  return {
    id: textIn(raw, "id") ?? "",
    endpoint: textIn(raw, "endpointName") ?? textIn(raw, "endpoint") ?? "",
    type: textIn(raw, "type") ?? "",
    status: textIn(raw, "status") ?? "",
    attempts: Number(raw["attempts"] ?? 0),
    createdAt: textIn(raw, "createdAt"),
    nextAttemptAt: textIn(raw, "nextAttemptAt"),
    response: String(raw["responseStatus"] ?? ""),
    error: readError(raw["error"])?.message ?? "",
  };
}
