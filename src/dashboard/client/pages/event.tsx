import { useState } from "react";
import { ReplayEvent, SkipEvent } from "../actions/event.tsx";
import { useEvent } from "../api/queries.ts";
import type { EventView } from "../api/types.ts";
import { bytes, counted, shown } from "../format.ts";
import { useKey } from "../keyboard.ts";
import { Attempts } from "../parts/attempts.tsx";
import { EventBadge } from "../parts/badge.tsx";
import { Copy } from "../parts/copy.tsx";
import { Fact } from "../parts/fact.tsx";
import { Icon } from "../parts/icons.tsx";
import { Payload } from "../parts/payload.tsx";
import { Recognised } from "../parts/recognised.tsx";
import { RequestCard } from "../parts/request.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

export function EventPage({ id }: { id: string }) {
  const query = useEvent(id);
  useTitle(query.data ? shown(query.data.type, 60) : "Event");
  return (
    <Shown query={query} what="the event">
      {(event) => <Whole event={event} />}
    </Shown>
  );
}

function Whole({ event }: { event: EventView }) {
  return (
    <>
      <Head event={event} />
      <Why event={event} />
      <div className="columns">
        <div className="stack">
          <section className="card" aria-label="Payload">
            <div className="card-head">
              <h2>Payload</h2>
              <span className="soft small">{bytes(event.size)}</span>
            </div>
            <div className="card-body">
              {event.data === null && event.size > 0 ? (
                <p className="soft">Retention has removed its bytes.</p>
              ) : (
                <Payload value={event.data} tools={<Download id={event.id} />} />
              )}
            </div>
          </section>
          <Recognised event={event} />
          <RequestCard event={event} />
        </div>
        <div className="stack">
          <Facts event={event} />
          <section className="card" aria-label="What happened">
            <div className="card-head">
              <h2>What happened</h2>
            </div>
            <div className="card-body">
              <Attempts event={event} />
            </div>
          </section>
          <Steps event={event} />
        </div>
      </div>
    </>
  );
}

function Head({ event }: { event: EventView }) {
  const mayAct = useMayAct();
  const [asking, setAsking] = useState<"replay" | "skip" | null>(null);
  const pending = event.status === "pending";
  useKey("r", () => setAsking("replay"), mayAct && !pending);
  const close = (): void => setAsking(null);
  return (
    <div className="page-head">
      <div>
        <p className="crumb">
          <Link href="/events">Events</Link> / {event.source}
        </p>
        <h1 className="mono">{shown(event.type)}</h1>
        <div className="line">
          <EventBadge status={event.status} attempts={event.attempts} />
          <code className="soft small">{event.id}</code>
          <Copy text={event.id} label="Copy id" />
        </div>
      </div>
      {mayAct && (
        <div className="buttons">
          {pending && (
            <button type="button" className="button" onClick={() => setAsking("skip")}>
              <Icon name="skip" />
              Skip
            </button>
          )}
          <button
            type="button"
            className="button is-main"
            disabled={pending}
            title={pending ? "It is still pending: it will be processed anyway" : "Replay (r)"}
            onClick={() => setAsking("replay")}
          >
            <Icon name="replays" />
            Replay
          </button>
        </div>
      )}
      {asking === "replay" && <ReplayEvent event={event} onClose={close} />}
      {asking === "skip" && <SkipEvent event={event} onClose={close} />}
    </div>
  );
}

/** The one sentence that the page is opened for. */
function Why({ event }: { event: EventView }) {
  const { status, waitingFor, error, reason, behind } = event;
  if (status === "pending" && waitingFor !== null) {
    return (
      <Notice tone="wait">
        <strong>Why it waits:</strong> <Sentence text={waitingFor} />
        {behind !== null && (
          <>
            {" "}
            <Link href={at.event(behind)}>Open the event before it</Link>
          </>
        )}
      </Notice>
    );
  }
  if (status === "failed") {
    const text = error === null ? reason : `${error.code}: ${error.message}`;
    return (
      <Notice tone="bad">
        <strong>Why it failed:</strong> {shown(text ?? "No error was given.", 2_000)}
      </Notice>
    );
  }
  if (status === "skipped") {
    return (
      <Notice tone="calm">
        <strong>Why it was skipped:</strong> {shown(reason ?? "No reason was given.", 2_000)}
      </Notice>
    );
  }
  return null;
}

function Facts({ event }: { event: EventView }) {
  const { source, connection, duplicates, replays } = event;
  return (
    <section className="card" aria-label="Facts">
      <dl className="facts card-body">
        <Fact name="Source">
          <Link href={at.source(source)}>{source}</Link>
        </Fact>
        <Fact name="Connection">
          {connection === null ? (
            <span className="quiet">none: it stands alone</span>
          ) : (
            <Link href={at.connection(source, connection)}>{shown(connection)}</Link>
          )}
        </Fact>
        <Fact name="Origin">{event.origin}</Fact>
        <Fact name="Happened">
          <Ago at={event.occurredAt} none="not told" />
        </Fact>
        <Fact name="Received">
          <Ago at={event.receivedAt} />
        </Fact>
        <Fact name="Settled">
          <Ago at={event.settledAt} none="not yet" />
        </Fact>
        <Fact name="Attempts">{event.attempts}</Fact>
        <Fact name="Duplicates">
          {duplicates === 0 ? "none" : `it came ${counted(duplicates, "more time")}`}
        </Fact>
        <Fact name="Replayed">{replays === 0 ? "never" : counted(replays, "time")}</Fact>
        {event.stale && <Fact name="Out of order">a newer one was applied before it</Fact>}
        <Fact name="Dedupe key">
          <code>{shown(event.dedupeKey)}</code>
        </Fact>
        <Fact name="Request">
          <code>{event.requestId}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Steps({ event }: { event: EventView }) {
  if (event.steps.length === 0) return null;
  return (
    <section className="card" aria-label="Steps">
      <div className="card-head">
        <h2>Steps that are done</h2>
      </div>
      <div className="card-body stack">
        {event.steps.map(({ name, result, at: doneAt }) => (
          <details key={name}>
            <summary>
              <code>{shown(name)}</code> <Ago at={doneAt} />
            </summary>
            <pre className="code wraps">{JSON.stringify(result, null, 2)}</pre>
          </details>
        ))}
      </div>
    </section>
  );
}

function Download({ id }: { id: string }) {
  return (
    <a
      className="button is-plain is-small"
      href={`/v1/events/${encodeURIComponent(id)}/body`}
      download
    >
      <Icon name="save" />
      Exact bytes
    </a>
  );
}
