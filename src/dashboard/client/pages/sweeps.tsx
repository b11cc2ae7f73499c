import { withQuery } from "../api/call.ts";
import { useSweep } from "../api/queries.ts";
import type { SweepDetailView, SweepView } from "../api/types.ts";
import { useFeed } from "../feed.ts";
import { Tabs, useFilters } from "../filters.tsx";
import { counted, number, shown, span } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { Fact } from "../parts/fact.tsx";
import { isScrolled, Rows } from "../parts/rows.tsx";
import { SourceChoice } from "../parts/source-choice.tsx";
import { Blank, Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";

const RECOVERED = [
  ["", "All"],
  ["true", "Healed something"],
  ["false", "Nothing missing"],
] as const;

const WHY: Readonly<Record<SweepView["why"], string>> = {
  start: "after the start",
  schedule: "on its schedule",
  demand: "because it was asked for",
  deadline: "because an expected event did not come",
  hint: "because a webhook hinted at it",
};

const idOf = ({ id }: SweepView): string => id;

/** What was asked of the providers, and what that healed. */
export function SweepsPage() {
  useTitle("Sweeps");
  const [get, set] = useFilters();
  const path = withQuery("/v1/sweeps", { source: get("source"), recovered: get("recovered") });
  const feed = useFeed<SweepView>("sweeps", path, idOf, isScrolled);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Sweeps</h1>
          <p className="lead">
            Providers are asked for what should have come, and gaps are healed.
          </p>
        </div>
      </div>
      <div className="filters">
        <Tabs
          label="Outcome"
          value={get("recovered")}
          options={RECOVERED}
          onChange={(value) => set("recovered", value)}
        />
        <SourceChoice value={get("source")} onChange={(value) => set("source", value)} />
      </div>
      <Rows
        feed={feed}
        noun="sweep"
        grid="event-grid"
        heads={["Status", "Source", "Why", "Outcome", "Begun"]}
        idOf={idOf}
        linkOf={({ id }) => at.sweep(id)}
        cells={(sweep) => <Cells sweep={sweep} />}
        blank={
          <Blank icon="sweeps" title="No sweep matches">
            <p>
              A source with <code>reconcile</code> in its configuration is asked for what was
              missed.
            </p>
          </Blank>
        }
      />
    </>
  );
}

function Cells({ sweep }: { sweep: SweepView }) {
  return (
    <>
      <span>
        <Badge status={sweep.status} />
      </span>
      <span className="cut">
        {sweep.source}
        {sweep.connection !== null && (
          <span className="quiet"> / {shown(sweep.connection, 60)}</span>
        )}
      </span>
      <span className="cut soft small">{WHY[sweep.why]}</span>
      <span className="cut soft small">{outcomeOf(sweep)}</span>
      <span className="soft small">
        <Ago at={sweep.startedAt} />
      </span>
    </>
  );
}

function outcomeOf({ recovered, found, error, missingMsMax }: SweepView): string {
  if (error !== null) return shown(`${error.code}: ${error.message}`, 160);
  if (recovered === 0) return `${counted(found, "event")} listed, none missing`;
  return `${counted(recovered, "event")} healed, missing for up to ${span(missingMsMax)}`;
}

export function SweepPage({ id }: { id: string }) {
  useTitle("Sweep");
  const query = useSweep(id);
  return (
    <Shown query={query} what="the sweep">
      {(sweep) => <Whole sweep={sweep} />}
    </Shown>
  );
}

function Whole({ sweep }: { sweep: SweepDetailView }) {
  const { source, connection, status, error, healed } = sweep;
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <Link href="/sweeps">Sweeps</Link> / {source}
          </p>
          <h1>{connection === null ? `Sweep of ${source}` : `Poll of ${shown(connection, 80)}`}</h1>
          <Badge status={status} />
        </div>
      </div>
      <Notice tone={error !== null ? "bad" : sweep.recovered > 0 ? "wait" : "good"}>
        {outcomeOf(sweep)}
      </Notice>
      <div className="split">
        <section className="card" aria-label="Facts">
          <dl className="facts card-body">
            <Fact name="Why">{WHY[sweep.why]}</Fact>
            <Fact name="Begun">
              <Ago at={sweep.startedAt} />
            </Fact>
            <Fact name="Ended">
              <Ago at={sweep.finishedAt} none="not yet" />
            </Fact>
            <Fact name="Gap">
              <Ago at={sweep.from} none="its beginning" /> to <Ago at={sweep.to} none="now" />
            </Fact>
            <Fact name="Listed">{number(sweep.found)}</Fact>
            <Fact name="Healed">{number(sweep.recovered)}</Fact>
            <Fact name="Calls">{number(sweep.calls)}</Fact>
          </dl>
        </section>
        <Healed source={source} healed={healed} />
      </div>
    </>
  );
}

function Healed(props: { source: string; healed: SweepDetailView["healed"] }) {
  const { source, healed } = props;
  return (
    <section className="card" aria-label="Healed connections">
      <div className="card-head">
        <h2>What it healed</h2>
      </div>
      {healed.length === 0 ? (
        <p className="card-body soft">Nothing was missing.</p>
      ) : (
        <dl className="facts card-body">
          {healed.map((one) => (
            <Fact key={one.connection ?? ""} name={counted(one.recovered, "event")}>
              {one.connection === null ? (
                "of no connection"
              ) : (
                <Link href={at.connection(source, one.connection)}>{shown(one.connection)}</Link>
              )}
              , missing for up to {span(one.missingMsMax)}
            </Fact>
          ))}
        </dl>
      )}
    </section>
  );
}
