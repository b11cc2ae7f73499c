import { useConnections, useEndpoints } from "../api/queries.ts";
import type { ConnectionView, EndpointView, StatsView } from "../api/types.ts";
import { counted, shown } from "../format.ts";
import { at, Link } from "../router.tsx";
import { Notice } from "./states.tsx";
import { Ago } from "./time.tsx";

/** More of one kind are named together. */
const ROWS = 5;

/** What an operator should look at, most urgent first; one sentence when there is nothing. */
export function Attention({ stats }: { stats: StatsView }) {
  const halted = useConnections({ status: "halted", limit: ROWS }).data?.data ?? [];
  const paused = useConnections({ status: "paused", limit: ROWS }).data?.data ?? [];
  const broken = (useEndpoints().data?.data ?? []).filter(isBroken);
  if (halted.length + paused.length + broken.length + stats.failed === 0) {
    return (
      <Notice tone="good">
        {stats.pending === 0
          ? "All is well: nothing waits and nothing has failed."
          : `Nothing has failed; ${counted(stats.pending, "event")} still to be processed.`}
      </Notice>
    );
  }
  return (
    <div className="stack">
      <Halted connections={halted} />
      {stats.failed > 0 && (
        <Notice tone="bad">
          <strong>
            {counted(stats.failed, "event")} {stats.failed === 1 ? "has" : "have"} failed.
          </strong>{" "}
          <Link href="/dead-letters">See why, and replay once the cause is mended</Link>
        </Notice>
      )}
      {broken.slice(0, ROWS).map((endpoint) => (
        <Broken key={endpoint.id} endpoint={endpoint} />
      ))}
      <Paused connections={paused} />
    </div>
  );
}

interface Connections {
  readonly connections: readonly ConnectionView[];
}

function Halted({ connections }: Connections) {
  if (connections.length > 2) {
    return (
      <Notice tone="bad">
        <strong>
          {connections.length === ROWS ? "Several" : connections.length} connections are halted.
        </strong>{" "}
        <Link href="/connections?status=halted">See why, and resume them</Link>
      </Notice>
    );
  }
  return connections.map((connection) => (
    <Notice tone="bad" key={`${connection.source}/${connection.key}`}>
      <strong>
        <Name connection={connection} /> is halted.
      </strong>{" "}
      {shown(connection.statusReason ?? "")}
    </Notice>
  ));
}

function Paused({ connections }: Connections) {
  if (connections.length === 0) return null;
  if (connections.length === ROWS) {
    return (
      <Notice tone="calm" icon="pause">
        <Link href="/connections?status=paused">Several connections are paused</Link>
      </Notice>
    );
  }
  return (
    <Notice tone="calm" icon="pause">
      Paused:{" "}
      {connections.map((connection, place) => (
        <span key={`${connection.source}/${connection.key}`}>
          {place > 0 && ", "}
          <Name connection={connection} />
        </span>
      ))}
    </Notice>
  );
}

function Name({ connection: { source, key } }: { connection: ConnectionView }) {
  return (
    <Link href={at.connection(source, key)}>
      {source} / {shown(key, 60)}
    </Link>
  );
}

const isBroken = ({ status, failingSince }: EndpointView): boolean =>
  status === "disabled" || (status === "enabled" && failingSince !== null);

function Broken({ endpoint }: { endpoint: EndpointView }) {
  const { id, name, status, disabledReason, failingSince } = endpoint;
  const link = <Link href={at.endpoint(id)}>{name}</Link>;
  if (status === "disabled") {
    return (
      <Notice tone="bad">
        <strong>{link} is disabled.</strong> {shown(disabledReason ?? "")}
      </Notice>
    );
  }
  return (
    <Notice tone="wait">
      <strong>{link} fails.</strong> Nothing has reached it since this began{" "}
      <Ago at={failingSince} />.
    </Notice>
  );
}
