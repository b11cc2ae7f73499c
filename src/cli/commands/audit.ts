import { jsonOf, textIn } from "../api.ts";
import type { Call, Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, SINCE, UNTIL } from "../options.ts";
import { type Part, toned } from "../style.ts";

/** A line of the audit log as the API answers it; each field is looked for, none is trusted to be there. */
interface Row {
  readonly at: string | null;
  readonly who: string;
  readonly via: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
  readonly times: number;
  readonly peer: string;
}

export const audit: Command = {
  name: "audit",
  summary: "list what operators did, and logins that were refused",
  about:
    "Each act is a line: replays, skips, pauses, keys, endpoints, releases, backups, logins with a browser. Reading, publishing and pulling are not acts.",
  options: [
    { flags: "--by <key>", summary: "only of this key: its id or its name" },
    {
      flags: "--action <action>",
      summary: "only this method and route; `*` stands for anything (POST /v1/connections/*)",
    },
    {
      flags: "--outcome <outcome>",
      summary: "only those that ended so",
      choices: ["succeeded", "broke", "refused"],
    },
    { ...SINCE, summary: "since: 15m, 24h, 7d, or a time (ISO 8601, Unix)" },
    { ...UNTIL, summary: "until: same forms as --since" },
    ...EXTENT,
  ],
  examples: [
    ["audit --since 24h", "who did what since yesterday"],
    ["audit --outcome refused", "keys that nobody has were tried"],
    ["audit --action 'POST /v1/keys'", "who made keys"],
  ],
  run: async (call) => {
    await list(call, {
      path: "/v1/audit",
      query: queryOf(call),
      read: readRow,
      columns: [
        { title: "WHEN", cell: (row) => toned(call.out.time(row.at), "faint") },
        { title: "WHO", cell: (row) => row.who, least: 8 },
        { title: "BY", cell: (row) => row.via },
        { title: "ACTION", cell: (row) => row.action, least: 12 },
        { title: "TO", cell: (row) => row.target, least: 8 },
        { title: "OUTCOME", cell: outcome },
        { title: "FROM", cell: (row) => row.peer, least: 7 },
      ],
      noun: "line",
    });
    return EXIT.OK;
  },
};

function queryOf({ given }: Call): Readonly<Record<string, string>> {
  const names = ["by", "action", "outcome", "since", "until"];
  const asked = names.map((name) => [name, given.text(name)] as const);
  return Object.fromEntries(
    asked.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function outcome({ outcome: word, times }: Row): Part {
  if (word === "succeeded") return toned(word, "good");
  return toned(times > 1 ? `${word} ×${times}` : word, "bad");
}

function readRow(value: unknown): Row {
  const raw = jsonOf(value);
  return {
    at: textIn(raw, "at"),
    who: textIn(raw, "name") ?? textIn(raw, "by") ?? "",
    via: textIn(raw, "via") ?? "",
    action: textIn(raw, "action") ?? "",
    target: Object.values(jsonOf(raw["target"])).map(String).join(" "),
    outcome: textIn(raw, "outcome") ?? "",
    times: Number(raw["times"] ?? 1),
    peer: textIn(raw, "peer") ?? "",
  };
}
