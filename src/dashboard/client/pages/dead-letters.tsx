import { useState } from "react";
import { BulkReplay } from "../actions/bulk-replay.tsx";
import { withQuery } from "../api/call.ts";
import { useEvents, useStats } from "../api/queries.ts";
import type { EventSummary, GivenFilter, Listed } from "../api/types.ts";
import { type FailureGroup, grouped } from "../failures.ts";
import { Choice, Search, useFilters } from "../filters.tsx";
import { number, shown } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { Icon } from "../parts/icons.tsx";
import { SourceChoice } from "../parts/source-choice.tsx";
import { Blank, Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";
import { SINCE, since } from "../since.ts";

const ROWS = 200;

/** What was given up, by what went wrong: one looks at faults, not at a thousand events. */
export function DeadLettersPage() {
  useTitle("Dead letters");
  const [get, set] = useFilters();
  const mayAct = useMayAct();
  const [replaying, setReplaying] = useState<GivenFilter | null>(null);
  const filter: GivenFilter = {
    status: "failed",
    ...given("q", get("q")),
    ...given("source", get("source")),
    ...given("since", since(get("since"))),
  };
  const query = useEvents({ ...filter, limit: ROWS });
  const total = useStats().data?.failed ?? 0;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Dead letters</h1>
          <p className="lead">
            Given up after their last attempt. Mend the cause, then replay: they keep their order.
          </p>
        </div>
        {mayAct && total > 0 && (
          <button type="button" className="button is-main" onClick={() => setReplaying(filter)}>
            <Icon name="replays" />
            Replay all shown
          </button>
        )}
      </div>
      <div className="filters">
        <Search
          name="q"
          placeholder="Search by error, type, connection"
          value={get("q")}
          onChange={(value) => set("q", value)}
        />
        <SourceChoice value={get("source")} onChange={(value) => set("source", value)} />
        <Choice
          label="Received"
          value={get("since")}
          options={SINCE}
          onChange={(value) => set("since", value)}
        />
      </div>
      <Shown query={query} what="the dead letters">
        {(page) => (
          <Groups
            page={page}
            total={total}
            {...(mayAct
              ? { onReplay: (group: FailureGroup) => setReplaying(filterOf(group, filter)) }
              : {})}
          />
        )}
      </Shown>
      {replaying && <BulkReplay filter={replaying} onClose={() => setReplaying(null)} />}
    </>
  );
}

function Groups(props: {
  page: Listed<EventSummary>;
  total: number;
  onReplay?: (group: FailureGroup) => void;
}) {
  const { onReplay, total } = props;
  const { data, nextCursor } = props.page;
  if (data.length === 0) return <Nothing total={total} />;
  return (
    <>
      {nextCursor !== null && (
        <Notice tone="calm">
          Grouped over the newest {number(data.length)} of these. A dry run before each replay
          counts all of them.
        </Notice>
      )}
      <ul className="groups">
        {grouped(data).map((group) => (
          <Group
            key={`${group.sources.join()}/${group.title}`}
            group={group}
            atLeast={nextCursor !== null}
            {...(onReplay ? { onReplay: () => onReplay(group) } : {})}
          />
        ))}
      </ul>
    </>
  );
}

function given<K extends string>(name: K, value: string): { [key in K]?: string } {
  return value === "" ? {} : ({ [name]: value } as { [key in K]: string });
}

function filterOf({ newest, error }: FailureGroup, filter: GivenFilter): GivenFilter {
  return { ...filter, source: newest.source, ...(error === null ? {} : { error }) };
}

function Nothing({ total }: { total: number }) {
  return (
    <div className="card">
      <Blank icon="done" title={total === 0 ? "No dead letters" : "None match"}>
        <p>
          {total === 0
            ? "Every event was completed, was skipped, or is still being tried."
            : "Other dead letters are there; take a filter away to see them."}
        </p>
      </Blank>
    </div>
  );
}

function Group(props: { group: FailureGroup; atLeast: boolean; onReplay?: () => void }) {
  const { group, atLeast, onReplay } = props;
  const { newest, oldest, count, code, title, error } = group;
  const list = withQuery("/events", { status: "failed", source: newest.source, q: error });
  return (
    <li className="card group">
      <div>
        <span className="group-count">{atLeast ? `${number(count)}+` : number(count)}</span>
        <div className="soft small">{count === 1 ? "event" : "events"}</div>
      </div>
      <div className="stack">
        <div className="line">
          <Badge status="failed" word={code} />
          <Link href={at.source(newest.source)}>{newest.source}</Link>
        </div>
        <p>
          <strong>{shown(title, 300)}</strong>
        </p>
        <p className="soft small">
          Last <Ago at={newest.receivedAt} />
          {count > 1 && (
            <>
              , first <Ago at={oldest.receivedAt} />
            </>
          )}
          . Newest: <Link href={at.event(newest.id)}>{shown(newest.type, 80)}</Link>
        </p>
      </div>
      <div className="buttons">
        <Link href={list} className="button">
          Look at {count === 1 ? "it" : "them"}
        </Link>
        {onReplay && (
          <button type="button" className="button" onClick={onReplay}>
            <Icon name="replays" />
            Replay
          </button>
        )}
      </div>
    </li>
  );
}
