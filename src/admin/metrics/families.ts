import { type Family, reading, type Sample } from "../../base/metrics.ts";
import type { SourceRow } from "../../journal/rows.ts";
import type { AdminDeps } from "../deps.ts";
import type { Measured } from "./measured.ts";

/** Sources and endpoints that are told apart; their names come from the configuration and from operators. */
const ROWS_MAX = 500;

/** What the projection counts, by source. `rows`: as they were read last. */
export function sourceFamilies(deps: AdminDeps, rows: readonly SourceRow[]): readonly Family[] {
  const { sources } = deps.settings();
  const by = (pick: (row: SourceRow) => number) => (): readonly Sample[] =>
    rows.slice(0, ROWS_MAX).map((row) => {
      const known = Object.hasOwn(sources, row.source) ? sources[row.source] : undefined;
      return { labels: { source: row.source, provider: known?.provider ?? "" }, value: pick(row) };
    });
  const total = (name: string, help: string, pick: (row: SourceRow) => number): Family =>
    reading("counter", `longstop_events_${name}_total`, help, by(pick));
  return [
    total("received", "Events, without duplicates, since the beginning.", (row) => row.received),
    total("duplicates", "Arrivals of events that had come before.", (row) => row.duplicates),
    // Replays take an event back: these go down at times.
    reading("gauge", "longstop_events", "Events by status.", () =>
      rows.slice(0, ROWS_MAX).flatMap((row) =>
        (["pending", "completed", "skipped", "failed"] as const).map((status) => ({
          labels: { source: row.source, status },
          value: row[status],
        })),
      ),
    ),
  ];
}

/** What is so right now. */
export function momentFamilies(deps: AdminDeps, measured: Measured): readonly Family[] {
  const one = (name: string, help: string, value: () => number): Family =>
    reading("gauge", `longstop_${name}`, help, value);
  return [
    ...mailboxFamilies(measured),
    one("ready", "1 when requests are taken.", () => (deps.ready().ready ? 1 : 0)),
    one(
      "projection_lag_entries",
      "Entries of the log that can be read of only in a moment.",
      measured.lag,
    ),
    ...(deps.outgoing === undefined ? [] : [endpointFamily(deps.outgoing.sending)]),
    ...(deps.recovering === undefined ? [] : recoveringFamilies(deps.recovering.reconciling)),
    reading("gauge", "longstop_build_info", "The version, in a label.", () => [
      { labels: { version: deps.version }, value: 1 },
    ]),
    ...processFamilies(measured),
  ];
}

const mailboxFamilies = ({ mailboxes, hosts }: Measured): readonly Family[] => [
  reading("gauge", "longstop_mailboxes", "Mailboxes in memory, by what they do.", () => {
    const { actors, resting, queued } = mailboxes();
    const by = { resting, queued, working: Math.max(0, actors - resting - queued) };
    return Object.entries(by).map(([state, value]) => ({ labels: { state }, value }));
  }),
  reading(
    "gauge",
    "longstop_handlers_running",
    "Events that are being handled.",
    () => mailboxes().running,
  ),
  reading("gauge", "longstop_handler_hosts", "Handler hosts, ready and wanted.", () => {
    const { ready, wanted } = hosts();
    return Object.entries({ ready, wanted }).map(([state, value]) => ({
      labels: { state },
      value,
    }));
  }),
  reading(
    "gauge",
    "longstop_handler_jobs_waiting",
    "Events that wait for a handler host.",
    () => hosts().waiting,
  ),
];

type Sending = NonNullable<AdminDeps["outgoing"]>["sending"];
type Reconciling = NonNullable<AdminDeps["recovering"]>["reconciling"];

/** By id, as in the counters of deliveries; the name stands beside it. */
const endpointFamily = (sending: Sending): Family =>
  reading("gauge", "longstop_endpoint_state", "1 for the state that an endpoint is in.", () =>
    sending
      .endpoints()
      .slice(0, ROWS_MAX)
      .map(({ id, name, activity }) => ({
        labels: { endpoint: id, name, state: activity.state },
        value: 1,
      })),
  );

function recoveringFamilies(reconciling: Reconciling): readonly Family[] {
  type State = ReturnType<Reconciling["states"]>[number];
  const by = (pick: (state: State) => number) => (): readonly Sample[] =>
    reconciling
      .states()
      .slice(0, ROWS_MAX)
      .map((state) => ({ labels: { source: state.source }, value: pick(state) }));
  return [
    reading(
      "counter",
      "longstop_provider_calls_total",
      "Calls to a provider's API.",
      by(({ calls }) => calls),
    ),
    reading(
      "counter",
      "longstop_provider_calls_failed_total",
      "Calls to a provider's API that had to be repeated or failed.",
      by(({ callsFailed }) => callsFailed),
    ),
    reading(
      "gauge",
      "longstop_connections_silent",
      "Connections that are silent for longer than is put up with.",
      by(({ silent }) => silent),
    ),
  ];
}

/** Named as Prometheus' own client libraries name them. */
const processFamilies = ({ memory, startedAt }: Measured): readonly Family[] => [
  reading("gauge", "process_resident_memory_bytes", "Resident memory size in bytes.", memory),
  reading(
    "gauge",
    "process_start_time_seconds",
    "Start time of the process since unix epoch in seconds.",
    () => startedAt / 1000,
  ),
];
