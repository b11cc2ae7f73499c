import { FilterText } from "../actions/bulk-replay.tsx";
import { ReplayActions } from "../actions/replay.tsx";
import { withQuery } from "../api/call.ts";
import { useReplay, useReplays } from "../api/queries.ts";
import type { ReplayView } from "../api/types.ts";
import { number } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { Fact } from "../parts/fact.tsx";
import { Blank, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

export function ReplaysPage() {
  useTitle("Replays");
  const query = useReplays();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Replays</h1>
          <p className="lead">
            Jobs that process many events again. They begin at the dead letters, and survive
            restarts.
          </p>
        </div>
      </div>
      <Shown query={query} what="the replays">
        {({ data }) => (
          <div className="card">
            {data.length === 0 ? (
              <Blank icon="replays" title="No replays yet">
                <p>
                  <Link href="/dead-letters">The dead letters</Link> can be replayed in bulk.
                </p>
              </Blank>
            ) : (
              <div className="table-wrap">
                <Table replays={data} />
              </div>
            )}
          </div>
        )}
      </Shown>
    </>
  );
}

function Table({ replays }: { replays: readonly ReplayView[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Status</th>
          <th>Which events</th>
          <th>Progress</th>
          <th>Begun</th>
        </tr>
      </thead>
      <tbody>
        {replays.map((replay) => (
          <tr key={replay.id}>
            <td>
              <Badge status={replay.status} />
            </td>
            <td>
              <FilterText filter={replay.filter} />
              <Link href={at.replay(replay.id)}>{replay.id}</Link>
            </td>
            <td>
              <Progress replay={replay} />
            </td>
            <td>
              <Ago at={replay.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Progress({ replay: { done, total } }: { replay: ReplayView }) {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  return (
    <div className="stack">
      <div
        className="meter"
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={Math.round(part * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div style={{ width: `${part * 100}%` }} />
      </div>
      <span className="small soft">
        {number(done)} of {number(total)}
      </span>
    </div>
  );
}

export function ReplayPage({ id }: { id: string }) {
  useTitle("Replay");
  const query = useReplay(id);
  const mayAct = useMayAct();
  return (
    <Shown query={query} what="the replay">
      {(replay) => (
        <>
          <div className="page-head">
            <div>
              <p className="crumb">
                <Link href="/replays">Replays</Link>
              </p>
              <h1>Replay {replay.id}</h1>
              <Badge status={replay.status} />
            </div>
            {mayAct && <ReplayActions replay={replay} />}
          </div>
          <section className="card card-body stack" aria-label="Progress">
            <FilterText filter={replay.filter} />
            <Progress replay={replay} />
            <dl className="facts">
              <Fact name="Begun">
                <Ago at={replay.createdAt} />
              </Fact>
              <Fact name="Ended">
                <Ago at={replay.finishedAt} none="not yet" />
              </Fact>
              <Fact name="Rate">
                {replay.rate === null ? "as fast as it goes" : `${number(replay.rate)} a second`}
              </Fact>
            </dl>
            <p>
              <Link
                href={withQuery("/events", { source: replay.filter.source, q: replay.filter.q })}
              >
                What became of them, in the events
              </Link>
            </p>
          </section>
        </>
      )}
    </Shown>
  );
}
