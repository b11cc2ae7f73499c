import { useEvents, useSources, useStats } from "../api/queries.ts";
import type { EventSummary, StatsView } from "../api/types.ts";
import { number, short } from "../format.ts";
import { Attention } from "../parts/attention.tsx";
import { StatusShape, toneOf } from "../parts/badge.tsx";
import { EVENT_HEADS, EventCells } from "../parts/event-cells.tsx";
import { FirstEvent } from "../parts/first-event.tsx";
import { Icon } from "../parts/icons.tsx";
import { Spark } from "../parts/spark.tsx";
import { Shown } from "../parts/states.tsx";
import { useTitle } from "../parts/time.tsx";
import { Traffic, useRates } from "../parts/traffic.tsx";
import { at, Link } from "../router.tsx";

export function OverviewPage() {
  useTitle("Overview");
  const stats = useStats();
  return (
    <Shown query={stats} what="the overview">
      {(now) => (now.received === 0 ? <FirstEvent /> : <Running stats={now} />)}
    </Shown>
  );
}

function Running({ stats }: { stats: StatsView }) {
  return (
    <>
      <div className="page-head">
        <h1>Overview</h1>
      </div>
      <Attention stats={stats} />
      <Tiles stats={stats} />
      <Traffic stats={stats} />
      <Latest />
    </>
  );
}

function Tiles({ stats }: { stats: StatsView }) {
  const rates = useRates(stats);
  const healed = useHealed();
  return (
    <section className="tiles" aria-label="Counts since the beginning">
      <Tile name="Received" value={stats.received} href="/events" course={rates?.received} />
      <Tile
        name="Pending"
        value={stats.pending}
        href="/events?status=pending"
        status="pending"
        course={rates?.pending}
      />
      <Tile
        name="Completed"
        value={stats.completed}
        href="/events?status=completed"
        status="completed"
        course={rates?.completed}
      />
      <Tile
        name="Failed"
        value={stats.failed}
        href="/dead-letters"
        status="failed"
        course={rates?.failed}
      />
      <Tile name="Skipped" value={stats.skipped} href="/events?status=skipped" status="skipped" />
      <Tile name="Duplicates" value={stats.duplicates} href="/sources" />
      {healed !== null && <Tile name="Healed" value={healed} href="/sweeps?recovered=true" />}
    </section>
  );
}

/** Events that no webhook had brought; `null` where no provider is asked. */
function useHealed(): number | null {
  const asked = (useSources().data?.data ?? []).flatMap(({ reconcile }) =>
    reconcile === null || reconcile.lacks !== null ? [] : [reconcile.recovered],
  );
  return asked.length === 0 ? null : asked.reduce((sum, recovered) => sum + recovered, 0);
}

function Tile(props: {
  name: string;
  value: number;
  href: string;
  status?: string;
  course?: readonly number[] | undefined;
}) {
  const { name, value, href, status, course } = props;
  const tone = status === undefined ? "accent" : toneOf(status);
  return (
    <Link href={href} className="card tile">
      <span className="tile-name">
        {status && (
          <span className={`tone-${tone}`}>
            <StatusShape status={status} />
          </span>
        )}
        {name}
      </span>
      <span className="tile-number" title={number(value)}>
        {short(value)}
      </span>
      {course && <Spark values={course} tone={tone} />}
    </Link>
  );
}

const LATEST = 12;

function Latest() {
  const query = useEvents({ limit: LATEST });
  const sources = useSources().data?.data ?? [];
  return (
    <section className="card" aria-label="Latest events">
      <div className="card-head">
        <h2>Latest events</h2>
        <Link href="/events" className="button is-plain is-small">
          <Icon name="events" />
          All events{sources.length > 1 ? ` of ${sources.length} sources` : ""}
        </Link>
      </div>
      <Shown query={query} what="the latest events">
        {({ data }) => (
          <>
            <div className="rows-head event-grid" aria-hidden="true">
              {EVENT_HEADS.map((head) => (
                <span key={head}>{head}</span>
              ))}
            </div>
            {data.map((event: EventSummary) => (
              <Link key={event.id} href={at.event(event.id)} className="row event-grid is-flowing">
                <EventCells event={event} />
              </Link>
            ))}
          </>
        )}
      </Shown>
    </section>
  );
}
