import { formatDuration } from "../../src/base/duration.ts";
import type { Stats } from "../../src/cli/simulate/finlink.ts";
import { type Found, stateFaults, tally } from "./compare.ts";
import type { Truth } from "./provider.ts";
import { table } from "./table.ts";

/** What the provider did and what became of it, as a table. */
export function report(
  truth: Truth,
  here: Found,
  stats: Stats,
  { startedAt, speed }: { readonly startedAt: string; readonly speed: number },
): string {
  const { webhooks, sessions, calls } = stats;
  const told = tally(truth, startedAt, here);
  const wrong = stateFaults(truth, here).length;
  const rows = Object.values(calls);
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const asked = (path: string): number =>
    calls[`GET /api/v1/queries/connections${path}`]?.calls ?? 0;
  const sweeps = here.sweeps.filter(({ connection }) => connection === null).length;
  const missing = `${(told.missingMs / 1000).toFixed(1)} s (${formatDuration(told.missingMs * speed)})`;
  const never = webhooks.lost + webhooks.gaveUp + webhooks.away;
  const asking: [string, number, string][] = [
    ["events by webhook", told.byWebhook, "each handled once, in order"],
    [
      "events healed",
      told.healed,
      `found before a webhook or without one; missing for ${missing} on average`,
    ],
    ["events of the first look", told.before, "how it was before the play began"],
    [
      "sweeps",
      sweeps,
      `and ${here.sweeps.length - sweeps} polls of one connection that was silent`,
    ],
  ];
  const lines: [string, number, string][] = [
    ["changes at the provider", told.changes, "that it tells by webhook"],
    ["  never told", never, lost(webhooks)],
    ["  told twice", webhooks.doubled, `and ${webhooks.vague} without saying of whom`],
    [
      "  handled as they were",
      told.seen,
      "the others were overtaken by a later one, or are not known",
    ],
    ...(here.sweeps.length > 0 ? asking : []),
    ["calls to the provider", sum((row) => row.calls), `${sum((row) => row.faulted)} met a fault`],
    ["  of all connections", asked("") + asked("/pending"), ""],
    ["  of one connection", asked("/{token}"), ""],
    ["logins", sessions.logins, `${sessions.violations} calls by a second holder of a session`],
    [
      "states as the provider's",
      truth.connections.length - wrong,
      `of ${truth.connections.length}`,
    ],
  ];
  return table(lines.map(([name, count, rest]) => [name, String(count).padStart(6), rest]));
}

const lost = ({ lost: never, gaveUp, away }: Stats["webhooks"]): string =>
  `${never} lost on the way, ${gaveUp} while we were down, ${away} while the provider was`;
