import { EndpointActions } from "../actions/endpoint.tsx";
import { withQuery } from "../api/call.ts";
import { useEndpoint } from "../api/queries.ts";
import type { EndpointView } from "../api/types.ts";
import { number, shown } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { DeliveryRows } from "../parts/delivery-rows.tsx";
import { Fact } from "../parts/fact.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

export function EndpointPage({ id }: { id: string }) {
  const query = useEndpoint(id);
  useTitle(query.data?.name ?? "Endpoint");
  return (
    <Shown query={query} what="the endpoint">
      {(endpoint) => <Whole endpoint={endpoint} />}
    </Shown>
  );
}

function Whole({ endpoint }: { endpoint: EndpointView }) {
  const { id, name, url, status, statusReason, disabledReason, activity, origin } = endpoint;
  const mayAct = useMayAct();
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <Link href="/endpoints">Endpoints</Link>
          </p>
          <h1>{name}</h1>
          <div className="line">
            <Badge status={status} />
            <code className="soft small">{shown(url ?? "pulled", 300)}</code>
          </div>
        </div>
        {mayAct && <EndpointActions endpoint={endpoint} />}
      </div>
      <Notice tone={status === "disabled" ? "bad" : status === "paused" ? "calm" : "good"}>
        <Sentence text={activity.detail} />
        {status !== "enabled" && <Why reason={statusReason ?? disabledReason} />}
        {origin === "config" && (
          <p className="soft small">It is in the configuration, which alone changes it.</p>
        )}
      </Notice>
      <div className="split">
        <Counts endpoint={endpoint} />
        <Manner endpoint={endpoint} />
        <Keys endpoint={endpoint} />
      </div>
      <section className="stack" aria-label="Deliveries">
        <h2>Deliveries</h2>
        <DeliveryRows path={withQuery("/v1/deliveries", { endpoint: id })} />
      </section>
    </>
  );
}

function Why({ reason }: { reason: string | null }) {
  return reason === null ? null : <p>{shown(reason, 500)}</p>;
}

function Counts({ endpoint }: { endpoint: EndpointView }) {
  const { pending, delivered, failed, lastDeliveryAt, failingSince } = endpoint;
  return (
    <section className="card" aria-label="Counts">
      <dl className="facts card-body">
        <Fact name="Owed">{number(pending)}</Fact>
        <Fact name="Delivered">{number(delivered)}</Fact>
        <Fact name="Failed">{number(failed)}</Fact>
        <Fact name="Last delivery">
          <Ago at={lastDeliveryAt} />
        </Fact>
        <Fact name="Failing since">
          <Ago at={failingSince} none="it is not" />
        </Fact>
      </dl>
    </section>
  );
}

function Manner({ endpoint }: { endpoint: EndpointView }) {
  const { types, strategy, order, timeout, concurrency, rateLimit, confirm, auth } = endpoint;
  return (
    <section className="card" aria-label="How it is sent to">
      <dl className="facts card-body">
        <Fact name="Types">
          <code>{types.join(", ")}</code>
        </Fact>
        <Fact name="Strategy">{strategy}</Fact>
        <Fact name="Order">{order === "connection" ? "in turn by connection" : "none"}</Fact>
        <Fact name="At once">{concurrency}</Fact>
        <Fact name="Rate">
          {rateLimit === null ? "not limited" : `${number(rateLimit.perSecond)} a second`}
        </Fact>
        <Fact name="Time-out">{timeout}</Fact>
        <Fact name="Confirmed within">{confirm ?? "a 2xx is enough"}</Fact>
        <Fact name="Login">{auth ?? "none"}</Fact>
      </dl>
    </section>
  );
}

function Keys({ endpoint }: { endpoint: EndpointView }) {
  return (
    <section className="card" aria-label="Signing keys">
      <div className="card-head">
        <h2>Signed with</h2>
      </div>
      <dl className="facts card-body">
        {endpoint.keys.map(({ version, fingerprint, publicKey, until }) => (
          <Fact key={fingerprint} name={version}>
            <code>{fingerprint}</code>{" "}
            {until === null ? (
              "current"
            ) : (
              <>
                signs as well; ends <Ago at={until} />
              </>
            )}
            {publicKey && <div className="small mono">{publicKey}</div>}
          </Fact>
        ))}
      </dl>
    </section>
  );
}
