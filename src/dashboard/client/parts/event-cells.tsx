import type { EventSummary } from "../api/types.ts";
import { shown } from "../format.ts";
import { EventBadge } from "./badge.tsx";
import { Sentence } from "./sentence.tsx";
import { Ago } from "./time.tsx";

export const EVENT_HEADS = ["Status", "Type", "Source and connection", "Note", "Received"];

/** One event in a list. */
export function EventCells({ event }: { event: EventSummary }) {
  const { source, connection, type } = event;
  return (
    <>
      <span>
        <EventBadge status={event.status} attempts={event.attempts} />
      </span>
      <span className="mono cut" title={shown(type)}>
        {shown(type)}
      </span>
      <span className="cut soft">
        {source}
        {connection !== null && <span className="quiet"> / {shown(connection, 60)}</span>}
      </span>
      <span className="cut soft small">
        <Sentence text={remark(event)} charsMax={200} />
      </span>
      <span className="soft small">
        <Ago at={event.receivedAt} />
      </span>
    </>
  );
}

/** Why it waits, what went wrong, or else what is unusual about it. */
function remark({
  status,
  waitingFor,
  error,
  reason,
  attempts,
  duplicates,
  replays,
}: EventSummary): string {
  if (status === "pending") return waitingFor ?? "";
  if (status === "failed" && error !== null) return `${error.code}: ${error.message}`;
  if (reason !== null) return reason;
  const notes = [
    attempts > 1 ? `${attempts} attempts` : "",
    duplicates > 0 ? `came ${duplicates + 1} times` : "",
    replays > 0 ? `replayed ${replays === 1 ? "once" : `${replays} times`}` : "",
  ];
  return notes.filter(Boolean).join(", ");
}
