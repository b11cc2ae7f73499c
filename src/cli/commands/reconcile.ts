import { sleep } from "../../base/clock.ts";
import { type Json, jsonOf, readError, textIn } from "../api.ts";
import { type Client, segment } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, SINCE, SOURCE } from "../options.ts";
import { toned } from "../style.ts";
import { counted } from "../text.ts";

const LOOK_MS = 500;
const WAIT_MS_MAX = 10 * 60_000;

export const reconcile: Command = {
  name: "reconcile",
  summary: "ask a provider for what never came, and see what that healed",
  about:
    "It happens by itself, at the start and on a schedule. This asks now, for all of a source or for one of its connections. What came already is a duplicate and changes nothing.",
  fallback: "now",
  examples: [
    ["reconcile stripe --wait", "ask now, and say what was missing"],
    ["reconcile bank 4711", "one connection"],
    ["reconcile status", "every source: when it was asked, what that brought"],
    ["reconcile history --source stripe", "sweep by sweep"],
  ],
  commands: [
    {
      name: "now",
      summary: "ask now",
      operands: [
        { name: "source", summary: "the source's name", required: true },
        {
          name: "connection",
          summary: "one connection's key; default: all of the source",
          required: false,
        },
      ],
      options: [
        { flags: "--wait", summary: "stay until it is done; exit 1 if it fails" },
        { ...SINCE, summary: "from when on (default: where the last sweep ended)" },
      ],
      examples: [["reconcile now stripe --since 7d --wait", "the last week"]],
      run: ask,
    },
    {
      name: "status",
      summary: "show for each source when it was asked, and what that brought",
      examples: [["reconcile status --json", "as one JSON object"]],
      run: status,
    },
    {
      name: "history",
      summary: "list sweeps, newest first",
      options: [
        SOURCE,
        { flags: "--recovered", summary: "only those that brought something" },
        ...EXTENT,
      ],
      examples: [["reconcile history --recovered", "what would be missing otherwise"]],
      run: history,
    },
  ],
};

async function ask(call: Call): Promise<number> {
  const { given, out, client } = call;
  const [source, connection, since] = [given.operand(0), given.operand(1), given.text("since")];
  if (connection !== "" && since !== undefined) {
    throw new CliFailure(
      EXIT.USAGE,
      "--since is for a whole source",
      "Leave it out, or leave out the connection.",
    );
  }
  const api = await client();
  const path =
    connection === ""
      ? `/v1/sources/${segment(source, "source")}/sweep`
      : `/v1/connections/${segment(source, "source")}/${segment(connection, "connection")}/reconcile`;
  const answer = await api.post(path, since === undefined ? {} : { since });
  const id = textIn(answer, "sweep") ?? "";
  if (given.flag("wait")) return finished(call, api, id);
  if (out.json) out.object(answer);
  else
    out.note(
      "Asking ",
      toned(source, "strong"),
      `; \`longstop reconcile history --source ${source}\` tells what came of it.`,
    );
  return EXIT.OK;
}

/** A sweep appears with the first answer of the provider: until then it is not found. */
async function finished({ out, io }: Call, api: Client, id: string): Promise<number> {
  const until = io.clock.monotonic() + WAIT_MS_MAX;
  for (;;) {
    const sweep = await api.get(`/v1/sweeps/${segment(id, "sweep")}`).catch(absent);
    if (sweep !== null && textIn(sweep, "status") !== "running") {
      if (out.json) out.object(sweep);
      else out.line(told(sweep));
      return textIn(sweep, "status") === "failed" ? EXIT.FAILED : EXIT.OK;
    }
    if (io.clock.monotonic() > until) {
      throw new CliFailure(
        EXIT.FAILED,
        "it is still under way",
        "`longstop reconcile history` tells when it is done.",
      );
    }
    out.progress(sweep === null ? "asking…" : `${String(sweep["found"] ?? 0)} found…`);
    await sleep(io.clock, LOOK_MS);
  }
}

function absent(failure: unknown): null {
  if (failure instanceof CliFailure && failure.exit === EXIT.NOT_FOUND) return null;
  throw failure;
}

function told(sweep: Json): string {
  if (textIn(sweep, "status") === "failed") {
    return `It failed: ${readError(sweep["error"])?.message ?? "the log says why"}`;
  }
  const count = (name: string): number => Number(sweep[name] ?? 0);
  const healed = counted(count("recovered"), "event");
  return `${count("found")} found, ${count("recovered") === 0 ? "nothing was missing" : `${healed} had been missing`} (${counted(count("calls"), "call")}).`;
}

interface SourceRow {
  readonly name: string;
  readonly state: string;
  readonly every: string;
  readonly sweptAt: string | null;
  readonly nextAt: string | null;
  readonly recovered: string;
  readonly note: string;
}

async function status(call: Call): Promise<number> {
  const { out } = call;
  await list(call, {
    path: "/v1/sources",
    query: {},
    read: readSource,
    columns: [
      { title: "SOURCE", cell: (row) => row.name, least: 8 },
      { title: "STATE", cell: (row) => row.state },
      { title: "EVERY", cell: (row) => row.every },
      { title: "ASKED", cell: (row) => toned(out.time(row.sweptAt), "faint") },
      { title: "NEXT", cell: (row) => toned(out.time(row.nextAt), "faint") },
      { title: "HEALED", cell: (row) => row.recovered },
      { title: "NOTE", cell: (row) => row.note, least: 8 },
    ],
    noun: "source",
    whole: true,
  });
  return EXIT.OK;
}

function readSource(value: unknown): SourceRow {
  const raw = jsonOf(value);
  const known = raw["reconcile"] !== null && raw["reconcile"] !== undefined;
  const now = jsonOf(raw["reconcile"]);
  const lacks = textIn(now, "lacks");
  const error = readError(jsonOf(now["lastSweep"])["error"]);
  return {
    name: textIn(raw, "id") ?? "",
    state: !known || lacks !== null ? "off" : (textIn(now, "activity") ?? ""),
    every: textIn(now, "every") ?? "",
    sweptAt: textIn(now, "lastSweptAt"),
    nextAt: textIn(now, "nextAt"),
    recovered: known ? String(now["recovered"] ?? "") : "",
    note: lacks ?? error?.message ?? "",
  };
}

async function history(call: Call): Promise<number> {
  const { given, out } = call;
  const source = given.text("source");
  await list(call, {
    path: "/v1/sweeps",
    query: {
      ...(source === undefined ? {} : { source }),
      ...(given.flag("recovered") ? { recovered: "true" } : {}),
    },
    read: jsonOf,
    columns: [
      { title: "ID", cell: (row) => textIn(row, "id") ?? "" },
      { title: "SOURCE", cell: (row) => textIn(row, "source") ?? "", least: 6 },
      { title: "CONNECTION", cell: (row) => textIn(row, "connection") ?? "", least: 8 },
      { title: "WHY", cell: (row) => textIn(row, "why") ?? "" },
      { title: "STATUS", cell: (row) => textIn(row, "status") ?? "" },
      { title: "BEGAN", cell: (row) => toned(out.time(textIn(row, "startedAt")), "faint") },
      { title: "FOUND", cell: (row) => String(row["found"] ?? "") },
      { title: "HEALED", cell: (row) => String(row["recovered"] ?? "") },
      { title: "CALLS", cell: (row) => String(row["calls"] ?? "") },
      { title: "NOTE", cell: (row) => readError(row["error"])?.message ?? "", least: 8 },
    ],
    noun: "sweep",
  });
  return EXIT.OK;
}
