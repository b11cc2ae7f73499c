import { type ApiConnection, jsonOf, readConnection, readEvent } from "../api.ts";
import { segment } from "../client.ts";
import type { Call, Command, Operand } from "../command.ts";
import { EXIT } from "../exit.ts";
import { list } from "../listing.ts";
import { EXTENT, filterOf, SEARCH, SOURCE } from "../options.ts";
import { status, toned } from "../style.ts";
import { counted } from "../text.ts";

const WHICH: readonly Operand[] = [
  { name: "source", summary: "the source's name", required: true },
  {
    name: "key",
    summary:
      "the connection's key, as `connections` lists it (put `--` before a key that begins with a dash)",
    required: true,
  },
];

/** What an operator does to a connection: the last part of its path, and what is said when it is done. */
const ACTIONS: readonly {
  readonly name: string;
  readonly summary: string;
  readonly done: string;
  readonly reason?: true;
}[] = [
  { name: "pause", summary: "stop processing its events; they wait", done: "Paused", reason: true },
  {
    name: "resume",
    summary: "go on after a pause or a halt, with a fresh restart budget",
    done: "Resumed",
  },
  {
    name: "retry",
    summary: "try its first event again now, not at its next time",
    done: "Trying again:",
  },
  {
    name: "skip-head",
    summary: "settle its first event as skipped, so that the next one runs",
    done: "Skipped the first event of",
  },
  {
    name: "park-head",
    summary: "put its first event with the dead letters; it can be replayed later",
    done: "Parked the first event of",
  },
];

export const connections: Command = {
  name: "connections",
  summary: "list connections, look at one, pause, resume or unblock it",
  about:
    "A connection is what an event is about: a bank connection, an account, a repository. Its events are processed one at a time, in order, and no connection waits for another.",
  fallback: "list",
  examples: [
    ["connections --status halted", "those that need a person"],
    ["connections show bank 4711", "state, what waits, and why"],
    ["connections pause bank 4711 --reason 'bank is migrating'", "events are kept and wait"],
  ],
  commands: [
    {
      name: "list",
      summary: "list connections",
      options: [
        SOURCE,
        {
          flags: "--status <status>",
          summary: "only in this status",
          choices: ["active", "paused", "halted"],
        },
        SEARCH,
        ...EXTENT,
      ],
      examples: [["connections list --source bank --q 47", "search in keys"]],
      run: listConnections,
    },
    {
      name: "show",
      summary: "show one connection: state, what waits and why",
      operands: WHICH,
      examples: [["connections show bank 4711", "one connection"]],
      run: show,
    },
    ...ACTIONS.map(
      (action): Command => ({
        name: action.name,
        summary: action.summary,
        operands: WHICH,
        options:
          action.reason === true
            ? [{ flags: "--reason <text>", summary: "why, for those who look at it later" }]
            : [],
        examples: [[`connections ${action.name} bank 4711`, action.summary]],
        run: (call) => act(call, action.name, action.done),
      }),
    ),
  ],
};

async function listConnections(call: Call): Promise<number> {
  const { out } = call;
  await list(call, {
    path: "/v1/connections",
    query: filterOf(call.given),
    read: readConnection,
    columns: [
      { title: "SOURCE", cell: (row) => row.source, least: 6 },
      { title: "KEY", cell: (row) => row.key, least: 16 },
      { title: "STATUS", cell: (row) => status(row.status) },
      {
        title: "WAITING",
        cell: (row) => (row.mailboxDepth === 0 ? "" : row.mailboxDepth.toLocaleString("en-GB")),
      },
      { title: "LAST EVENT", cell: (row) => toned(out.time(row.lastEventAt), "faint") },
      { title: "RESTARTS", cell: (row) => (row.restarts === 0 ? "" : String(row.restarts)) },
      { title: "NOTE", cell: (row) => row.waitingFor ?? row.statusReason ?? "", least: 8 },
    ],
    noun: "connection",
  });
  return EXIT.OK;
}

async function show({ given, out, client }: Call): Promise<number> {
  const answer = await (await client()).get(pathOf(given.operand(0), given.operand(1)));
  if (out.json) {
    out.object(answer);
    return EXIT.OK;
  }
  const connection = readConnection(answer);
  const head = jsonOf(connection.raw["head"]);
  out.fields([
    ["Connection", toned(`${connection.source} ${connection.key}`, "strong")],
    ["Status", status(connection.status)],
    ["Reason", connection.statusReason],
    ["Why it waits", connection.waitingFor],
    [
      "Waiting",
      connection.mailboxDepth === 0 ? "nothing" : counted(connection.mailboxDepth, "event"),
    ],
    ["First of them", readEvent(head).id || null],
    ["Last event", out.exactTime(connection.lastEventAt)],
    ["Expected by", out.exactTime(connection.expectBy)],
    ["Restarts", connection.restarts === 0 ? null : String(connection.restarts)],
  ]);
  showState(connection, { out });
  return EXIT.OK;
}

function showState({ state }: ApiConnection, { out }: Pick<Call, "out">): void {
  if (state === null) return;
  out.line();
  out.line(toned("State", "strong"));
  out.block(typeof state === "string" ? state : JSON.stringify(state, null, 2));
}

async function act({ given, out, client }: Call, action: string, done: string): Promise<number> {
  const [source, key] = [given.operand(0), given.operand(1)];
  const reason = given.text("reason");
  const answer = await (await client()).post(
    `${pathOf(source, key)}/${action}`,
    reason === undefined ? {} : { reason },
  );
  if (out.json) out.object(answer);
  else out.note(`${done} `, toned(`${source} ${key}`, "strong"), ".");
  return EXIT.OK;
}

const pathOf = (source: string, key: string): string =>
  `/v1/connections/${segment(source, "source")}/${segment(key, "key")}`;
