import { useSources } from "../api/queries.ts";
import type { SourceView } from "../api/types.ts";
import { number } from "../format.ts";
import { Blank, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";

export function SourcesPage() {
  useTitle("Sources");
  const query = useSources();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Sources</h1>
          <p className="lead">Who sends. They are configured in longstop.config.ts.</p>
        </div>
      </div>
      <Shown query={query} what="the sources">
        {({ data }) => (
          <div className="card">
            {data.length === 0 ? (
              <Blank icon="sources" title="No sources">
                <p>
                  A source is a few lines in the configuration; <code>longstop init</code> writes
                  one to start from.
                </p>
              </Blank>
            ) : (
              <div className="table-wrap">
                <Table sources={data} />
              </div>
            )}
          </div>
        )}
      </Shown>
    </>
  );
}

function Table({ sources }: { sources: readonly SourceView[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Source</th>
          <th>Provider</th>
          <th className="num">Received</th>
          <th className="num">Pending</th>
          <th className="num">Failed</th>
          <th className="num">Duplicates</th>
          <th>Last event</th>
        </tr>
      </thead>
      <tbody>
        {sources.map((source) => (
          <tr key={source.id}>
            <td>
              <Link href={at.source(source.id)}>{source.id}</Link>
            </td>
            <td className="soft">
              {source.configured ? source.provider : "removed; its events are kept"}
            </td>
            <td className="num">{number(source.received)}</td>
            <td className="num">{number(source.pending)}</td>
            <td className={`num ${source.failed > 0 ? "tone-bad" : ""}`}>
              {number(source.failed)}
            </td>
            <td className="num">{number(source.duplicates)}</td>
            <td>
              <Ago at={source.lastEventAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
