import { useConnections } from "../api/queries.ts";
import type { StatsView } from "../api/types.ts";
import { counted, shown } from "../format.ts";
import { at, Link } from "../router.tsx";
import { Notice } from "./states.tsx";

/** More of one kind are named together. */
const ROWS = 5;

/** What an operator should look at, most urgent first; one sentence when there is nothing. */
export function Attention({ stats }: { stats: StatsView }) {
  const halted = useConnections({ status: "halted", limit: ROWS }).data?.data ?? [];
  const paused = useConnections({ status: "paused", limit: ROWS }).data?.data ?? [];
  if (halted.length === 0 && paused.length === 0 && stats.failed === 0) {
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
      {halted.length > 2 && (
        <Notice tone="bad">
          <strong>{halted.length === ROWS ? "Many" : halted.length} connections are halted.</strong>{" "}
          <Link href="/connections?status=halted">See why, and resume them</Link>
        </Notice>
      )}
      {(halted.length > 2 ? [] : halted).map(({ source, key, statusReason }) => (
        <Notice tone="bad" key={`${source}/${key}`}>
          <strong>
            <Link href={at.connection(source, key)}>
              {source} / {shown(key, 60)}
            </Link>{" "}
            is halted.
          </strong>{" "}
          {shown(statusReason ?? "")}
        </Notice>
      ))}
      {stats.failed > 0 && (
        <Notice tone="bad">
          <strong>
            {counted(stats.failed, "event")} {stats.failed === 1 ? "has" : "have"} failed.
          </strong>{" "}
          <Link href="/dead-letters">See why, and replay once the cause is mended</Link>
        </Notice>
      )}
      {paused.length > 0 && (
        <Notice tone="calm" icon="pause">
          {paused.length === ROWS ? "Several connections are" : "Paused:"}{" "}
          {paused.length === ROWS ? (
            <Link href="/connections?status=paused">paused</Link>
          ) : (
            paused.map(({ source, key }, place) => (
              <span key={`${source}/${key}`}>
                {place > 0 && ", "}
                <Link href={at.connection(source, key)}>
                  {source} / {shown(key, 60)}
                </Link>
              </span>
            ))
          )}
        </Notice>
      )}
    </div>
  );
}
