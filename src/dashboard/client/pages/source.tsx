import { withQuery } from "../api/call.ts";
import { useSources } from "../api/queries.ts";
import type { SourceView } from "../api/types.ts";
import { number } from "../format.ts";
import { Badge, StatusShape, toneOf } from "../parts/badge.tsx";
import { Copyable } from "../parts/copy.tsx";
import { Fact } from "../parts/fact.tsx";
import { QuarantineList } from "../parts/quarantine-list.tsx";
import { Reconcile } from "../parts/reconcile.tsx";
import { Blank, Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { Link } from "../router.tsx";
import { useMayAct, useSession } from "../session.tsx";

export function SourcePage({ id }: { id: string }) {
  useTitle(id);
  const query = useSources();
  return (
    <Shown query={query} what="the source">
      {({ data }) => {
        const source = data.find((own) => own.id === id);
        if (source === undefined) {
          return (
            <Blank icon="sources" title={`No source is called ${id}`}>
              <p>
                <Link href="/sources">All sources</Link>
              </p>
            </Blank>
          );
        }
        return <Whole source={source} />;
      }}
    </Shown>
  );
}

function Whole({ source }: { source: SourceView }) {
  const mayAct = useMayAct();
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <Link href="/sources">Sources</Link>
          </p>
          <h1>{source.id}</h1>
          <p className="soft">{source.provider ?? "not configured"}</p>
        </div>
        <Link href={withQuery("/events", { source: source.id })} className="button">
          Its events
        </Link>
      </div>
      {!source.configured && (
        <Notice tone="wait">
          It is not in the configuration: nothing is received for it. Its events are kept, and those
          that are pending go on once it is there again.
        </Notice>
      )}
      <div className="split">
        <SetUp source={source} />
        <Counts source={source} />
        <Secrets source={source} />
        {source.reconcile && <Reconcile source={source} reconcile={source.reconcile} />}
      </div>
      {mayAct && (
        <section className="stack" aria-label="Quarantine">
          <h2>Quarantine</h2>
          <QuarantineList source={source.id} code="" />
        </section>
      )}
    </>
  );
}

/** What the provider must be told, and how to see that it works. */
function SetUp({ source }: { source: SourceView }) {
  const { receivesAt } = useSession();
  const { id, provider, path, url } = source;
  return (
    <section className="card" aria-label="Set-up">
      <div className="card-head">
        <h2>Set-up</h2>
      </div>
      <div className="card-body stack">
        <p>
          Tell {provider === null || provider === "custom" ? "the sender" : provider} this address:
        </p>
        <Copyable text={url ?? `${receivesAt}${path}`} />
        {url === null && (
          <p className="small soft">
            This is the address as seen from here. Set <code>publicUrl</code> in the configuration
            to show the one that providers see.
          </p>
        )}
        {source.configured && provider !== null && provider !== "custom" && (
          <>
            <p>Send a signed sample from the folder of the configuration:</p>
            <Copyable text={`longstop send ${provider} --source ${id}`} />
          </>
        )}
        <p className="small soft">
          {source.handler
            ? `Its handler takes the events of each connection in ${source.order ?? "strict"} order.`
            : "It has no handler: an event completes at once and is only sent on."}
        </p>
      </div>
    </section>
  );
}

const COUNTS = ["pending", "completed", "skipped", "failed"] as const;

function Counts({ source }: { source: SourceView }) {
  return (
    <section className="card" aria-label="Counts">
      <div className="card-head">
        <h2>Events</h2>
        <span className="soft small">
          last <Ago at={source.lastEventAt} />
        </span>
      </div>
      <dl className="facts card-body">
        <Fact name="Received">{number(source.received)}</Fact>
        {COUNTS.map((status) => (
          <Fact key={status} name={status[0]?.toUpperCase() + status.slice(1)}>
            <Link href={withQuery("/events", { source: source.id, status })} className="line">
              <span className={`tone-${toneOf(status)} shape`}>
                <StatusShape status={status} />
              </span>
              {number(source[status])}
            </Link>
          </Fact>
        ))}
        <Fact name="Duplicates">{number(source.duplicates)}</Fact>
      </dl>
    </section>
  );
}

/** Which secret is in use, so that an old one can be retired. */
function Secrets({ source }: { source: SourceView }) {
  return (
    <section className="card" aria-label="Secrets">
      <div className="card-head">
        <h2>Secrets</h2>
        <span className="soft small">by the first digits of their hash</span>
      </div>
      {source.secrets.length === 0 ? (
        <p className="card-body soft">It has no secrets, and none was ever used.</p>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Secret</th>
              <th>State</th>
              <th>Last matched</th>
            </tr>
          </thead>
          <tbody>
            {source.secrets.map(({ fingerprint, lastUsedAt, configured }) => (
              <tr key={fingerprint}>
                <td>
                  <code>{fingerprint}</code>
                </td>
                <td>
                  <Badge
                    status={!configured ? "not_configured" : lastUsedAt ? "in_use" : "never_used"}
                  />
                </td>
                <td>
                  <Ago at={lastUsedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
