import { withQuery } from "../api/call.ts";
import type { ConnectionView } from "../api/types.ts";
import { useFeed } from "../feed.ts";
import { Search, Tabs, useFilters } from "../filters.tsx";
import { number, shown } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { isScrolled, Rows } from "../parts/rows.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { SourceChoice } from "../parts/source-choice.tsx";
import { Blank } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at } from "../router.tsx";

const STATUSES = [
  ["", "All"],
  ["active", "Active"],
  ["paused", "Paused"],
  ["halted", "Halted"],
] as const;

const nameOf = ({ source, key }: ConnectionView): string => `${source}/${key}`;

export function ConnectionsPage() {
  useTitle("Connections");
  const [get, set] = useFilters();
  const path = withQuery("/v1/connections", {
    q: get("q"),
    status: get("status"),
    source: get("source"),
  });
  const feed = useFeed<ConnectionView>("connections", path, nameOf, isScrolled);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Connections</h1>
          <p className="lead">What events are about. Those of one connection take their turns.</p>
        </div>
      </div>
      <div className="filters">
        <Search
          name="q"
          placeholder="Search by part of the key"
          value={get("q")}
          onChange={(value) => set("q", value)}
        />
        <Tabs
          label="Status"
          value={get("status")}
          options={STATUSES}
          onChange={(value) => set("status", value)}
        />
        <SourceChoice value={get("source")} onChange={(value) => set("source", value)} />
      </div>
      <Rows
        feed={feed}
        noun="connection"
        grid="connection-grid"
        heads={["Status", "Connection", "Waiting", "Why its head waits", "Last event"]}
        idOf={nameOf}
        linkOf={({ source, key }) => at.connection(source, key)}
        cells={(connection) => <Cells connection={connection} />}
        blank={
          <Blank icon="connections" title="No connection matches">
            <p>A connection appears with its first event that names one.</p>
          </Blank>
        }
      />
    </>
  );
}

function Cells({ connection }: { connection: ConnectionView }) {
  const { source, key, status, mailboxDepth, waitingFor, lastEventAt } = connection;
  return (
    <>
      <span>
        <Badge status={status} />
      </span>
      <span className="cut">
        <span className="mono">{shown(key, 80)}</span> <span className="quiet">{source}</span>
      </span>
      <span className="num">{mailboxDepth === 0 ? "" : number(mailboxDepth)}</span>
      <span className="cut soft small">
        <Sentence text={waitingFor ?? ""} charsMax={200} />
      </span>
      <span className="soft small">
        <Ago at={lastEventAt} />
      </span>
    </>
  );
}
