import { sleep } from "../../base/clock.ts";
import type { ApiEvent } from "../api.ts";
import type { Call, Command } from "../command.ts";
import { CliFailure, EXIT, type ExitCode } from "../exit.ts";
import { interruptible } from "../interrupt.ts";
import { hintAtSource } from "../known-source.ts";
import { CONNECTION, filterOf, SOURCE, TYPE, wholeNumber } from "../options.ts";
import { status, toned } from "../style.ts";
import { safeLine, shorten, widthOf } from "../text.ts";
import { note } from "./events.ts";
import { Tracker } from "./tail-tracker.ts";

const POLL_MS = 1_000;
const LAST_DEFAULT = 10;
/** A restart, a moment of overload: it passes. */
const PASSING: ReadonlySet<ExitCode> = new Set([EXIT.UNREACHABLE, EXIT.UNAVAILABLE]);

export const tail: Command = {
  name: "tail",
  summary: "watch events come in and settle, live",
  about:
    "Prints a line when an event arrives and another when its status changes. Looks once a second. Ctrl-C ends it.",
  options: [
    SOURCE,
    CONNECTION,
    TYPE,
    {
      flags: "-n, --last <count>",
      summary: `begin with the newest so many (default ${LAST_DEFAULT})`,
      read: wholeNumber(0, 200),
    },
  ],
  examples: [
    ["tail", "everything"],
    ["tail --source github --type 'push*'", "some of it"],
    ["tail --json | jq -r .id", "one JSON object a line"],
  ],
  run: (call) => interruptible(call.io, (interrupted) => watch(call, interrupted)),
};

async function watch(call: Call, interrupted: AbortSignal): Promise<number> {
  const tracker = new Tracker(await call.client(), filterOf(call.given));
  const shown = await tracker.begin(call.given.number("last") ?? LAST_DEFAULT);
  for (const event of shown) print(call, event);
  if (shown.length === 0) await hintAtSource(call, call.given.text("source"));
  let trouble: string | null = null;
  while (!interrupted.aborted) {
    await sleep(call.io.clock, POLL_MS, interrupted);
    if (interrupted.aborted) break;
    trouble = await look(call, tracker, trouble);
  }
  return EXIT.OK;
}

/** One look. A server that is away or busy is told once and then waited for; answers the trouble. */
async function look(call: Call, tracker: Tracker, before: string | null): Promise<string | null> {
  const { out } = call;
  try {
    const { events, missed } = await tracker.look();
    if (before !== null) out.note("It is back.");
    if (missed) {
      out.note(
        "Some events came in faster than they can be shown; `longstop events` has them all.",
      );
    }
    for (const event of events) print(call, event);
    return null;
  } catch (failure) {
    if (!(failure instanceof CliFailure) || !PASSING.has(failure.exit)) throw failure;
    if (before === null) out.note(failure.message, " Waiting for it…");
    return failure.message;
  }
}

function print({ out, io }: Call, event: ApiEvent): void {
  if (out.json) {
    out.object(event.raw, true);
    return;
  }
  const at = event.settledAt ?? event.receivedAt ?? "";
  const clock = /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? "";
  const state = status(event.status);
  const subject = [event.source, event.type, event.connection ?? ""]
    .filter((part) => part !== "")
    .join("  ");
  const remark = note(event);
  const rest = `${subject}${remark === "" ? "" : `  ${typeof remark === "string" ? remark : remark.text}`}`;
  const before = `${clock}  ${event.id}  `;
  const columns = io.columns();
  const word = state.text.padEnd(11);
  const room =
    columns === null ? null : Math.max(10, columns - widthOf(before) - widthOf(word) - 2);
  out.line(
    toned(`${clock}  `, "faint"),
    `${event.id}  `,
    toned(word, state.tone),
    "  ",
    room === null ? rest : shorten(safeLine(rest), room),
  );
}
