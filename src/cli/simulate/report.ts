import { formatDuration } from "../../base/duration.ts";
import type { Stats } from "./finlink.ts";
import type { Credentials } from "./sessions.ts";

/** What goes into the configuration for the simulated provider to be talked to: the text of two keys. */
export function configText(
  source: string,
  url: string,
  { clientId, clientSecret }: Credentials,
  speed: number,
): string {
  return `  sources: {
    ${/^[a-z][a-z0-9]*$/.test(source) ? source : JSON.stringify(source)}: {
      provider: "finlink",
      baseUrl: ${JSON.stringify(url)},
      credentials: {
        clientId: ${JSON.stringify(clientId)},
        clientSecret: ${JSON.stringify(clientSecret)},
      },
      reconcile: { every: "${sweepEvery(speed)}" },
    },
  },
  network: { allowPrivate: ["127.0.0.1/32"] },
`;
}

const QUARTER_MS = 900_000;

/** A quarter of a simulated hour; at least a second, whatever the speed. */
function sweepEvery(speed: number): string {
  const seconds = Math.max(1, Math.round(QUARTER_MS / speed / 1_000));
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** How it stands, in one line. */
export function liveLine(stats: Stats): string {
  const { webhooks, sessions } = stats;
  const calls = Object.values(stats.calls);
  const sum = (of: (count: (typeof calls)[number]) => number): number =>
    calls.reduce((total, count) => total + of(count), 0);
  const never = webhooks.lost + webhooks.gaveUp + webhooks.away;
  const parts = [
    `${formatDuration(Math.max(0, stats.nowMs))} of ${formatDuration(stats.durationMs)}`,
    `${stats.connections} connections`,
    `webhooks: ${webhooks.due} due, ${webhooks.accepted} accepted, ${never} never arrived`,
    `API: ${sum(({ calls: each }) => each)} calls, ${sum(({ faulted }) => faulted)} met a fault`,
    `${sessions.logins} logins`,
  ];
  if (sessions.violations > 0) parts.push(`${sessions.violations} calls of a second holder`);
  if (stats.away) parts.push("AWAY");
  return parts.join(" · ");
}
