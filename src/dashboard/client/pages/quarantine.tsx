import { useState } from "react";
import { useQuarantined } from "../api/queries.ts";
import type { QuarantinedView, ReleaseView } from "../api/types.ts";
import { Choice, useFilters } from "../filters.tsx";
import { bytes, ODD, shown } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { Fact } from "../parts/fact.tsx";
import { Actions, Outcome, QuarantineList } from "../parts/quarantine-list.tsx";
import { SourceChoice } from "../parts/source-choice.tsx";
import { Blank, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

const CODES = [
  ["", "Any reason"],
  ["signature_missing", "Signature missing"],
  ["signature_mismatch", "Signature mismatch"],
  ["timestamp_too_old", "Timestamp too old"],
  ["timestamp_in_future", "Timestamp in the future"],
] as const;

export function QuarantinePage() {
  useTitle("Quarantine");
  const [get, set] = useFilters();
  if (!useMayAct()) return <NoRight />;
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Quarantine</h1>
          <p className="lead">
            Requests that failed verification. Once a secret is mended they can be verified again,
            as of the time when they came.
          </p>
        </div>
      </div>
      <div className="filters">
        <SourceChoice value={get("source")} onChange={(value) => set("source", value)} />
        <Choice
          label="Reason"
          value={get("code")}
          options={CODES}
          onChange={(value) => set("code", value)}
        />
      </div>
      <QuarantineList source={get("source")} code={get("code")} />
    </>
  );
}

function NoRight() {
  return (
    <Blank icon="quarantine" title="Not for this key">
      <p>
        What failed verification may hold secrets where nobody looks for one: it is shown to keys
        with the scope admin only.
      </p>
    </Blank>
  );
}

export function QuarantinedPage({ id }: { id: string }) {
  useTitle("Quarantine");
  const query = useQuarantined(id);
  const mayAct = useMayAct();
  if (!mayAct) return <NoRight />;
  return (
    <Shown query={query} what="the request">
      {(request) => <Whole request={request} />}
    </Shown>
  );
}

function Whole({ request }: { request: QuarantinedView }) {
  const [outcome, setOutcome] = useState<ReleaseView["data"] | null>(null);
  const { id, held, code, detail, source, method, url, peer, size, receivedAt, headers } = request;
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <Link href="/quarantine">Quarantine</Link> / {source}
          </p>
          <h1>{code}</h1>
          <div className="line">
            <Badge status={held ? "held" : "refused"} />
            <code className="soft small">{id}</code>
          </div>
        </div>
        <Actions ids={[id]} onOutcome={setOutcome} />
      </div>
      {outcome && <Outcome outcome={outcome} />}
      <div className="split">
        <section className="card" aria-label="Facts">
          <dl className="facts card-body">
            <Fact name="Why">{shown(detail, 1_000)}</Fact>
            <Fact name="Source">
              <Link href={at.source(source)}>{source}</Link>
            </Fact>
            <Fact name="Received">
              <Ago at={receivedAt} />
            </Fact>
            <Fact name="From">{peer}</Fact>
            <Fact name="Request">
              <code>
                {method} {shown(url, 300)}
              </code>
            </Fact>
            <Fact name="Size">{bytes(size)}</Fact>
          </dl>
        </section>
        <section className="card" aria-label="Headers">
          <div className="card-head">
            <h2>Headers</h2>
          </div>
          <dl className="facts card-body small mono">
            {Object.entries(headers).map(([name, value]) => (
              <Fact key={name} name={shown(name)}>
                {shown(value, 1_000)}
              </Fact>
            ))}
          </dl>
        </section>
      </div>
      <Body request={request} />
    </>
  );
}

function Body({ request }: { request: QuarantinedView }) {
  return (
    <section className="card" aria-label="Body">
      <div className="card-head">
        <h2>Body</h2>
        <span className="soft small">
          {request.bodyTruncated ? "its beginning, " : ""}as text; nobody has vouched for it
        </span>
      </div>
      <pre className="code wraps">
        <bdi>
          {request.body.replace(ODD, (char) => (char === "\n" || char === "\t" ? char : "�"))}
        </bdi>
      </pre>
    </section>
  );
}
