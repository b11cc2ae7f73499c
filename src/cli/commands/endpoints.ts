import { textIn } from "../api.ts";
import type { Call, Command, Operand, Option } from "../command.ts";
import { confirmed } from "../confirm.ts";
import { EXIT } from "../exit.ts";
import { EXTENT, SINCE, UNTIL, YES } from "../options.ts";
import { toned } from "../style.ts";
import { deliveries, resend } from "./deliveries.ts";
import { listAll, pathOf, readRow, show } from "./endpoints-view.ts";
import { CREATE_OPTIONS, create, UPDATE_OPTIONS, update } from "./endpoints-write.ts";

const WHICH: readonly Operand[] = [
  { name: "endpoint", summary: "its name or id (ep_…)", required: true },
];

/** What an operator does to an endpoint: the last part of its path, and what is said when it is done. */
const ACTIONS: readonly { name: string; summary: string; done: string; reason?: true }[] = [
  { name: "enable", summary: "send again, and forget earlier failures", done: "Enabled" },
  {
    name: "disable",
    summary: "owe it nothing from now on; what it is owed waits",
    done: "Disabled",
    reason: true,
  },
  {
    name: "pause",
    summary: "keep what comes for it, and let it wait",
    done: "Paused",
    reason: true,
  },
  { name: "resume", summary: "go on after a pause", done: "Resumed" },
];

const REASON: Option = { flags: "--reason <text>", summary: "why, for those who look at it later" };

export const endpoints: Command = {
  name: "endpoints",
  summary: "subscribers: list, register, change, test them; see and resend what they got",
  about:
    "An endpoint is a URL to which events are sent on, signed, in order if it wants that, and again until it took them. Those of the configuration are changed there.",
  fallback: "list",
  examples: [
    ["endpoints", "who gets what, and how that goes"],
    ["endpoints create https://shop.example.com/hook --type 'order.*'", "its secret is shown once"],
    ["endpoints deliveries warehouse --status failed", "what it did not take"],
    ["endpoints resend warehouse --since 24h", "all of that again"],
  ],
  commands: [
    {
      name: "list",
      summary: "list them, with what they are owed",
      options: [...EXTENT],
      examples: [
        [
          "endpoints list --json | jq '.data[] | select(.status != \"enabled\")'",
          "those that get nothing",
        ],
      ],
      run: listAll,
    },
    {
      name: "show",
      summary: "show one with all its settings",
      operands: WHICH,
      examples: [["endpoints show warehouse", "one endpoint"]],
      run: show,
    },
    {
      name: "create",
      summary: "register one; its secret is printed, once",
      about: "The secret alone goes to stdout, so that it can be piped into a secret store.",
      operands: [{ name: "url", summary: "where to; none with --strategy pull", required: false }],
      options: CREATE_OPTIONS,
      examples: [
        [
          "endpoints create https://shop.example.com/hook --name shop --type 'order.*'",
          "one that gets orders",
        ],
      ],
      run: create,
    },
    {
      name: "update",
      summary: "change one; what is not given stays",
      operands: WHICH,
      options: UPDATE_OPTIONS,
      examples: [["endpoints update shop --timeout 30s", "more time to answer"]],
      run: update,
    },
    {
      name: "delete",
      summary: "remove one; what it is owed is cancelled",
      operands: WHICH,
      options: [YES],
      examples: [["endpoints delete shop", "asks first"]],
      run: remove,
    },
    {
      name: "rotate-secret",
      summary: "sign with a new secret, printed once; the old one goes on for a while",
      operands: WHICH,
      options: [{ flags: "--overlap <duration>", summary: "how long both sign (default 24h)" }],
      examples: [["endpoints rotate-secret shop --overlap 7d", "a week to change it over there"]],
      run: rotate,
    },
    {
      name: "test",
      summary: "send it an event of type longstop.test",
      operands: WHICH,
      examples: [["endpoints test shop", "does it answer?"]],
      run: test,
    },
    ...ACTIONS.map(
      ({ name, summary, done, reason }): Command => ({
        name,
        summary,
        operands: WHICH,
        ...(reason && { options: [REASON] }),
        examples: [[`endpoints ${name} shop`, summary]],
        run: (call) => act(call, name, done),
      }),
    ),
    {
      name: "resend",
      summary: "send one delivery again, or all that failed since",
      operands: [
        {
          name: "what",
          summary: "a delivery (dlv_…), or an endpoint with --since",
          required: true,
        },
      ],
      options: [SINCE, UNTIL],
      examples: [
        ["endpoints resend shop --since 24h", "all that failed within a day"],
        ["endpoints resend dlv_0000000001abcd_4k2j9x", "one"],
      ],
      run: resend,
    },
    deliveries,
  ],
};

async function act({ given, out, client }: Call, verb: string, done: string): Promise<number> {
  const reason = given.text("reason");
  const answer = await (await client()).post(
    `${pathOf(given.operand(0))}/${verb}`,
    reason === undefined ? {} : { reason },
  );
  if (out.json) out.object(answer);
  else out.note(`${done} `, toned(given.operand(0), "strong"), ".");
  return EXIT.OK;
}

async function remove({ given, out, io, client }: Call): Promise<number> {
  const name = given.operand(0);
  const api = await client();
  const row = readRow(await api.get(pathOf(name)));
  const question = `Remove ${row.name}${row.pending === 0 ? "" : `, and cancel ${row.pending} deliveries that it is owed`}?`;
  if (!given.flag("yes") && !(await confirmed(io, question))) return EXIT.OK;
  await api.delete(pathOf(name));
  if (out.json) out.object({ id: row.id, removed: true });
  else out.note("Removed ", toned(row.name, "strong"), ".");
  return EXIT.OK;
}

async function rotate({ given, out, client }: Call): Promise<number> {
  const overlap = given.text("overlap");
  const answer = await (await client()).post(
    `${pathOf(given.operand(0))}/rotate-secret`,
    overlap === undefined ? {} : { overlap },
  );
  if (out.json) out.object(answer);
  else {
    const until = out.exactTime(textIn(answer, "previousUntil"));
    out.note(
      `The old secret signs as well until ${until ?? "now"}. The new one is not shown again:`,
    );
    out.line(textIn(answer, "secret") ?? "");
  }
  return EXIT.OK;
}

async function test({ given, out, client }: Call): Promise<number> {
  const answer = await (await client()).post(`${pathOf(given.operand(0))}/test`);
  if (out.json) out.object(answer);
  else {
    out.note("Sent. What came of it: ");
    out.line(`longstop endpoints deliveries --id ${textIn(answer, "delivery") ?? ""}`);
  }
  return EXIT.OK;
}
