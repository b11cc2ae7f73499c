import { ConnectionActions } from "../actions/connection.tsx";
import { withQuery } from "../api/call.ts";
import { useConnection } from "../api/queries.ts";
import type { ConnectionView, EventSummary } from "../api/types.ts";
import { useFeed } from "../feed.ts";
import { number, shown } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { EVENT_HEADS, EventCells } from "../parts/event-cells.tsx";
import { Fact } from "../parts/fact.tsx";
import { Payload } from "../parts/payload.tsx";
import { isScrolled, Rows } from "../parts/rows.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { Blank, Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

export function ConnectionPage({ source, name }: { source: string; name: string }) {
  useTitle(shown(name, 60));
  const query = useConnection(source, name);
  return (
    <Shown query={query} what="the connection">
      {(connection) => <Whole connection={connection} />}
    </Shown>
  );
}

function Whole({ connection }: { connection: ConnectionView }) {
  const { source, key, status, statusReason, statusAt, waitingFor, head } = connection;
  const mayAct = useMayAct();
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <Link href="/connections">Connections</Link> / {source}
          </p>
          <h1 className="mono">{shown(key)}</h1>
          <Badge status={status} />
        </div>
        {mayAct && <ConnectionActions connection={connection} />}
      </div>
      {status !== "active" && (
        <Notice tone={status === "halted" ? "bad" : "calm"} icon="pause">
          <strong>
            {status === "halted" ? "Halted" : "Paused"} <Ago at={statusAt} />
          </strong>
          {statusReason === null ? "" : `: ${shown(statusReason, 1_000)}`}
        </Notice>
      )}
      {waitingFor !== null && status === "active" && (
        <Notice tone="wait">
          <strong>Why its head waits:</strong> <Sentence text={waitingFor} />{" "}
          {head && <Link href={at.event(head.id)}>Open its head</Link>}
        </Notice>
      )}
      <div className="split">
        <Facts connection={connection} />
        <section className="card" aria-label="State">
          <div className="card-head">
            <h2>State</h2>
            <span className="soft small">what its handler keeps</span>
          </div>
          <div className="card-body">
            {connection.state === null ? (
              <p className="soft">Its handler has kept nothing yet.</p>
            ) : (
              <Payload value={connection.state} name="state" />
            )}
          </div>
        </section>
      </div>
      <Events source={source} connection={key} />
    </>
  );
}

function Facts({ connection }: { connection: ConnectionView }) {
  const { source, mailboxDepth, head, events, restarts, lastEventAt, expectBy } = connection;
  return (
    <section className="card" aria-label="Facts">
      <dl className="facts card-body">
        <Fact name="Source">
          <Link href={at.source(source)}>{source}</Link>
        </Fact>
        <Fact name="Waiting">{number(mailboxDepth)}</Fact>
        <Fact name="Head">
          {head === null ? (
            <span className="quiet">nothing waits</span>
          ) : (
            <>
              <Link href={at.event(head.id)}>{head.id}</Link>
              {head.nextAttemptAt && (
                <>
                  , tried again <Ago at={head.nextAttemptAt} />
                </>
              )}
            </>
          )}
        </Fact>
        <Fact name="Last event">
          <Ago at={lastEventAt} />
        </Fact>
        <Fact name="Next expected">
          <Ago at={expectBy} none="nothing is expected" />
        </Fact>
        <Fact name="Events in all">{number(events)}</Fact>
        <Fact name="Restarts">{number(restarts)}</Fact>
      </dl>
    </section>
  );
}

const eventId = (event: EventSummary): string => event.id;

function Events({ source, connection }: { source: string; connection: string }) {
  const path = withQuery("/v1/events", { source, connection });
  const feed = useFeed<EventSummary>("events", path, eventId, isScrolled);
  return (
    <section className="stack" aria-label="Events">
      <h2>Events</h2>
      <Rows
        feed={feed}
        noun="event"
        grid="event-grid"
        heads={EVENT_HEADS}
        idOf={eventId}
        linkOf={({ id }) => at.event(id)}
        cells={(event) => <EventCells event={event} />}
        blank={<Blank title="No events" />}
      />
    </section>
  );
}
