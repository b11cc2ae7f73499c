import type { Stats } from "../../src/cli/simulate/finlink.ts";
import { type Found, stateFaults, tally } from "./compare.ts";
import type { Truth } from "./provider.ts";
import { table } from "./table.ts";

/** What the provider did and what became of it, as a table. `startedAt`: of the play, ISO 8601. */
export function report(truth: Truth, here: Found, stats: Stats, startedAt: string): string {
  const { webhooks, sessions, calls } = stats;
  const told = tally(truth, startedAt, here);
  const wrong = stateFaults(truth, here).length;
  const rows = Object.values(calls);
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const asked = (path: string): number =>
    calls[`GET /api/v1/queries/connections${path}`]?.calls ?? 0;
  const never = webhooks.lost + webhooks.gaveUp + webhooks.away;
  const lines: [string, number, string][] = [
    ["changes at the provider", told.changes, "that it tells by webhook"],
    ["  never told", never, lost(webhooks)],
    ["  told twice", webhooks.doubled, `and ${webhooks.vague} without saying of whom`],
    ["  handled as they were", told.seen, "the others when a later one had overtaken them already"],
    ["events by webhook", told.byWebhook, "each handled once, in order"],
    ["events healed", told.healed, "likewise; found by sweeps and deadlines, no webhook told them"],
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
