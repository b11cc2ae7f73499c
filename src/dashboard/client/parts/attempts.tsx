import type { ReactNode } from "react";
import type { EventView } from "../api/types.ts";
import { exact, span } from "../format.ts";
import { Badge, StatusShape, toneOf } from "./badge.tsx";
import { Ago, useNow } from "./time.tsx";

/** Everything that happened to an event, from its arrival to now. */
export function Attempts({ event }: { event: EventView }) {
  return (
    <div className="stack">
      <Track event={event} />
      <ol className="attempts">
        <Entry status="ring" title="Received" at={event.receivedAt} />
        {event.attemptLog.map((attempt) => (
          <Entry
            key={`${attempt.attempt} ${attempt.startedAt}`}
            status={attempt.outcome}
            title={`Attempt ${attempt.attempt}`}
            at={attempt.startedAt}
            note={`ran ${span(attempt.durationMs)}`}
          >
            {attempt.error && <ErrorText error={attempt.error} />}
          </Entry>
        ))}
        <Last event={event} />
      </ol>
    </div>
  );
}

function Last({ event }: { event: EventView }) {
  const { status, settledAt, nextAttemptAt, reason } = event;
  if (status !== "pending") {
    return (
      <Entry status={status} title={<Badge status={status} />} at={settledAt}>
        {reason && <p className="soft">{reason}</p>}
      </Entry>
    );
  }
  if (nextAttemptAt === null) return <Entry status="pending" title="Waits" at={null} />;
  return <Entry status="retry" title="Next attempt" at={nextAttemptAt} />;
}

function Entry(props: {
  status: string;
  title: ReactNode;
  at: string | null;
  note?: string;
  children?: ReactNode;
}) {
  const { status, title, at, note, children } = props;
  return (
    <li className="attempt">
      <div className={`attempt-mark tone-${toneOf(status)}`}>
        <StatusShape status={status} />
      </div>
      <div className="attempt-text">
        <div className="line">
          <strong>{title}</strong>
          {at !== null && (
            <span className="soft small">
              <Ago at={at} />
            </span>
          )}
          {note && <span className="quiet small">{note}</span>}
        </div>
        {children}
      </div>
    </li>
  );
}

/** An error with its stack, folded. */
export function ErrorText({ error }: { error: { code: string; message: string; stack?: string } }) {
  return (
    <>
      <p>
        <code>{error.code}</code> {error.message}
      </p>
      {error.stack && (
        <details>
          <summary className="small">Stack</summary>
          <pre className="code wraps">{error.stack}</pre>
        </details>
      )}
    </>
  );
}

/** The same to scale: how long it waited, and how long it ran. */
function Track({ event }: { event: EventView }) {
  const now = useNow();
  const from = Date.parse(event.receivedAt ?? "");
  const to = event.settledAt === null ? now : Date.parse(event.settledAt);
  const whole = Math.max(to - from, 1);
  const marks = event.attemptLog.filter((attempt) => attempt.startedAt !== null);
  if (Number.isNaN(from) || marks.length < 2) return null;
  return (
    <div>
      <div className="track" aria-hidden="true">
        {marks.map(({ attempt, startedAt, durationMs, outcome }) => {
          const left = ((Date.parse(startedAt ?? "") - from) / whole) * 100;
          const width = Math.min((durationMs / whole) * 100, 100 - left);
          return (
            <span
              key={`${attempt} ${startedAt}`}
              className={`track-mark tone-${toneOf(outcome)}`}
              style={{ left: `${Math.min(Math.max(left, 0), 99)}%`, width: `${width}%` }}
              title={`Attempt ${attempt}: ${exact(startedAt ?? "")}`}
            />
          );
        })}
      </div>
      <p className="small quiet">
        {marks.length} attempts in {span(whole)}
        {event.settledAt === null ? " so far" : ""}
      </p>
    </div>
  );
}
