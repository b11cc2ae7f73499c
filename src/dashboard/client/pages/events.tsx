import { useState } from "react";
import { ReplayEvent } from "../actions/event.tsx";
import { withQuery } from "../api/call.ts";
import type { EventSummary } from "../api/types.ts";
import { useFeed } from "../feed.ts";
import { Choice, Search, Tabs, useFilters } from "../filters.tsx";
import { EVENT_HEADS, EventCells } from "../parts/event-cells.tsx";
import { isScrolled, Rows } from "../parts/rows.tsx";
import { SourceChoice } from "../parts/source-choice.tsx";
import { Blank } from "../parts/states.tsx";
import { useTitle } from "../parts/time.tsx";
import { at } from "../router.tsx";
import { useMayAct } from "../session.tsx";
import { SINCE, since } from "../since.ts";

const STATUSES = [
  ["", "All"],
  ["pending", "Pending"],
  ["completed", "Completed"],
  ["skipped", "Skipped"],
  ["failed", "Failed"],
] as const;

const ORIGINS = [
  ["", "Any origin"],
  ["webhook", "Webhook"],
  ["poll", "Poll"],
  ["emit", "Emitted"],
  ["publish", "Published"],
] as const;

export const eventId = (event: EventSummary): string => event.id;

export function EventsPage() {
  useTitle("Events");
  const [get, set] = useFilters();
  const mayAct = useMayAct();
  const [replaying, setReplaying] = useState<EventSummary | null>(null);
  const path = withQuery("/v1/events", {
    q: get("q"),
    status: get("status"),
    source: get("source"),
    connection: get("connection"),
    type: get("type"),
    origin: get("origin"),
    since: since(get("since")),
    until: get("until"),
  });
  const feed = useFeed<EventSummary>("events", path, eventId, isScrolled);
  return (
    <>
      <div className="page-head">
        <h1>Events</h1>
      </div>
      <Filters get={get} set={set} />
      <Rows
        feed={feed}
        noun="event"
        grid="event-grid"
        heads={EVENT_HEADS}
        idOf={eventId}
        linkOf={({ id }) => at.event(id)}
        cells={(event) => <EventCells event={event} />}
        blank={
          <Blank title="No event matches">
            <p>Nothing that came fits these filters. New events appear here by themselves.</p>
          </Blank>
        }
        {...(mayAct ? { onReplay: setReplaying } : {})}
      />
      {replaying && <ReplayEvent event={replaying} onClose={() => setReplaying(null)} />}
    </>
  );
}

interface FilterProps {
  readonly get: (name: string) => string;
  readonly set: (name: string, value: string) => void;
}

function Filters({ get, set }: FilterProps) {
  return (
    <div className="filters">
      <Search
        name="q"
        placeholder="Search id, type, connection, error"
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
      <Choice
        label="Origin"
        value={get("origin")}
        options={ORIGINS}
        onChange={(value) => set("origin", value)}
      />
      <Choice
        label="Received"
        value={get("since")}
        options={SINCE}
        onChange={(value) => set("since", value)}
      />
      <Extra name="connection" value={get("connection")} onClear={() => set("connection", "")} />
      <Extra name="type" value={get("type")} onClear={() => set("type", "")} />
    </div>
  );
}

/** A filter that another page has set. */
function Extra({ name, value, onClear }: { name: string; value: string; onClear: () => void }) {
  if (value === "") return null;
  return (
    <button type="button" className="button is-small" onClick={onClear} title="Remove this filter">
      {name}: {value} ×
    </button>
  );
}
