import { jsonOf, textIn } from "../api.ts";
import { segment } from "../client.ts";
import type { Call, Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, SOURCE, YES } from "../options.ts";
import { type Part, toned } from "../style.ts";
import { release } from "./quarantine-release.ts";

/** A request in the quarantine as the API answers it; each field is looked for, none is trusted to be there. */
interface Row {
  readonly id: string;
  readonly source: string;
  readonly receivedAt: string | null;
  readonly code: string;
  readonly detail: string | null;
  readonly held: boolean;
  readonly size: string;
  readonly peer: string;
}

export const quarantine: Command = {
  name: "quarantine",
  summary: "look at requests that failed verification, and let them in",
  about:
    "A request that fails verification is refused and kept for a while, so that a wrong secret costs nothing: mend it, then release. What is held was acknowledged while the provider's keys could not be asked for; it is verified by itself.",
  fallback: "list",
  examples: [
    ["quarantine --source stripe", "what was refused, and why"],
    ["quarantine release --source stripe --dry-run", "what would pass by now"],
    ["quarantine release qua_17", "let one in"],
  ],
  commands: [
    {
      name: "list",
      summary: "list them, newest first",
      options: [
        SOURCE,
        { flags: "--code <code>", summary: "only refused for this (signature_mismatch)" },
        { flags: "--held", summary: "only those that wait for the provider's keys" },
        ...EXTENT,
      ],
      examples: [["quarantine list --code timestamp_too_old", "a clock that is wrong"]],
      run: listAll,
    },
    {
      name: "show",
      summary: "show one: headers and the beginning of its body",
      operands: [{ name: "id", summary: "its id: qua_…", required: true }],
      examples: [["quarantine show qua_17", "one request"]],
      run: show,
    },
    {
      name: "release",
      summary: "verify again, as of their arrival, and let in those that pass",
      about: "Those that still fail stay where they are; then the exit code is 1.",
      operands: [{ name: "id", summary: "its id: qua_…; or give --source", required: false }],
      options: [
        { flags: "--source <name>", summary: "all of this source, oldest first" },
        { flags: "--dry-run", summary: "verify only" },
        YES,
      ],
      examples: [
        ["quarantine release qua_17", "one"],
        ["quarantine release --source stripe --yes", "all of a source, without being asked"],
      ],
      run: release,
    },
  ],
};

async function listAll(call: Call): Promise<number> {
  const { given, out } = call;
  const [source, code] = [given.text("source"), given.text("code")];
  await list(call, {
    path: "/v1/quarantine",
    query: {
      ...(source === undefined ? {} : { source }),
      ...(code === undefined ? {} : { code }),
      ...(given.flag("held") ? { held: "true" } : {}),
    },
    read: readRow,
    columns: [
      { title: "ID", cell: (row) => row.id },
      { title: "SOURCE", cell: (row) => row.source, least: 6 },
      { title: "RECEIVED", cell: (row) => toned(out.time(row.receivedAt), "faint") },
      { title: "WHY", cell: why },
      { title: "BYTES", cell: (row) => row.size },
      { title: "FROM", cell: (row) => row.peer, least: 7 },
      { title: "NOTE", cell: (row) => row.detail ?? "", least: 8 },
    ],
    noun: "request",
  });
  return EXIT.OK;
}

const why = ({ held, code }: Row): Part => (held ? toned("held", "waiting") : code);

async function show({ given, out, client }: Call): Promise<number> {
  const id = segment(given.operand(0), "id");
  const answer = await (await client()).get(`/v1/quarantine/${id}`);
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const row = readRow(answer);
  out.fields([
    ["Request", toned(row.id, "strong")],
    ["Source", row.source],
    ["Received", out.exactTime(row.receivedAt)],
    [
      "Held",
      row.held ? "yes: acknowledged, and verified as soon as its keys can be asked for" : null,
    ],
    ["Why", row.code],
    ["Detail", row.detail],
    ["From", row.peer],
    ["Sent", `${textIn(answer, "method") ?? ""} ${textIn(answer, "url") ?? ""}`],
    ["Size", `${row.size} bytes`],
  ]);
  out.line();
  out.line(toned("Headers", "strong"));
  for (const [name, value] of Object.entries(jsonOf(answer["headers"])))
    out.line(`${name}: ${String(value)}`);
  out.line();
  const cut = answer["bodyTruncated"] === true ? " (its beginning)" : "";
  out.line(toned("Body", "strong"), cut, toned("  nobody has vouched for it", "faint"));
  out.block(textIn(answer, "body") ?? "");
  return EXIT.OK;
}

function readRow(value: unknown): Row {
  const raw = jsonOf(value);
  return {
    id: textIn(raw, "id") ?? "",
    source: textIn(raw, "source") ?? "",
    receivedAt: textIn(raw, "receivedAt"),
    code: textIn(raw, "code") ?? "",
    detail: textIn(raw, "detail"),
    held: raw["held"] === true,
    size: String(raw["size"] ?? ""),
    peer: textIn(raw, "peer") ?? "",
  };
}
