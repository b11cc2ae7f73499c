import { useQueryClient } from "@tanstack/react-query";
import { act } from "../api/call.ts";
import { refresh, useDelivery } from "../api/queries.ts";
import type { DeliveryDetailView } from "../api/types.ts";
import { shown, span } from "../format.ts";
import { Badge, StatusShape, toneOf } from "../parts/badge.tsx";
import { DeliveryBadge } from "../parts/delivery-rows.tsx";
import { Fact } from "../parts/fact.tsx";
import { Icon } from "../parts/icons.tsx";
import { Notice, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { say, sayFailure } from "../parts/toasts.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

export function DeliveryPage({ id }: { id: string }) {
  useTitle("Delivery");
  const query = useDelivery(id);
  return (
    <Shown query={query} what="the delivery">
      {(delivery) => <Whole delivery={delivery} />}
    </Shown>
  );
}

function Whole({ delivery }: { delivery: DeliveryDetailView }) {
  const mayAct = useMayAct();
  const client = useQueryClient();
  const { id, type, endpointName, endpoint, error, status, attemptLog } = delivery;
  const resend = async (): Promise<void> => {
    await act("POST", `/v1/deliveries/${encodeURIComponent(id)}/resend`, {});
    say("It is sent again.");
    await refresh(client);
  };
  return (
    <>
      <div className="page-head">
        <div>
          <p className="crumb">
            <Link href="/deliveries">Deliveries</Link> /{" "}
            <Link href={at.endpoint(endpoint)}>{endpointName ?? endpoint}</Link>
          </p>
          <h1 className="mono">{shown(type)}</h1>
          <div className="line">
            <DeliveryBadge delivery={delivery} />
            <code className="soft small">{id}</code>
          </div>
        </div>
        {mayAct && status !== "cancelled" && (
          <button
            type="button"
            className="button is-main"
            onClick={() => void resend().catch(sayFailure)}
          >
            <Icon name="replays" />
            {status === "pending" ? "Try now" : "Send again"}
          </button>
        )}
      </div>
      {error !== null && status !== "delivered" && (
        <Notice tone={status === "failed" ? "bad" : "wait"}>
          <strong>{error.code}:</strong> {shown(error.message, 1_000)}
        </Notice>
      )}
      <div className="columns">
        <Attempts attempts={attemptLog} />
        <Facts delivery={delivery} />
      </div>
    </>
  );
}

function Attempts({ attempts }: { attempts: DeliveryDetailView["attemptLog"] }) {
  return (
    <section className="card" aria-label="Attempts">
      <div className="card-head">
        <h2>Attempts</h2>
      </div>
      <div className="card-body">
        {attempts.length === 0 ? (
          <p className="soft">None was made yet.</p>
        ) : (
          <ol className="attempts">
            {attempts.map((attempt) => (
              <Attempt key={`${attempt.attempt} ${attempt.startedAt}`} attempt={attempt} />
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}

function Facts({ delivery }: { delivery: DeliveryDetailView }) {
  const { event, source, connection, createdAt, nextAttemptAt, settledAt, attempts } = delivery;
  return (
    <section className="card" aria-label="Facts">
      <dl className="facts card-body">
        <Fact name="Event">
          <Link href={at.event(event)}>{event}</Link>
        </Fact>
        <Fact name="From">
          {source}
          {connection !== null && ` / ${shown(connection)}`}
        </Fact>
        <Fact name="Owed">
          <Ago at={createdAt} />
        </Fact>
        <Fact name="Attempts">{attempts}</Fact>
        <Fact name="Next attempt">
          <Ago at={nextAttemptAt} none="none" />
        </Fact>
        <Fact name="Settled">
          <Ago at={settledAt} none="not yet" />
        </Fact>
      </dl>
    </section>
  );
}

/** One try: what was sent, and what came back. */
function Attempt({ attempt }: { attempt: DeliveryDetailView["attemptLog"][number] }) {
  const { outcome, startedAt, durationMs, error, request, response } = attempt;
  return (
    <li className="attempt">
      <div className={`attempt-mark tone-${toneOf(outcome)}`}>
        <StatusShape status={outcome} />
      </div>
      <div className="attempt-text">
        <div className="line">
          <strong>Attempt {attempt.attempt}</strong>
          <Badge
            status={outcome}
            {...(response === null ? {} : { word: `HTTP ${response.status}` })}
          />
          <span className="soft small">
            <Ago at={startedAt} />, took {span(durationMs)}
          </span>
        </div>
        {error && (
          <p>
            <code>{error.code}</code> {shown(error.message, 500)}
          </p>
        )}
        <Part title="What was sent" headers={request.headers} />
        {response && (
          <Part
            title={`What came back${response.truncated ? " (its beginning)" : ""}`}
            headers={response.headers}
            body={response.body}
          />
        )}
      </div>
    </li>
  );
}

function Part(props: { title: string; headers: Readonly<Record<string, string>>; body?: string }) {
  const { title, headers, body } = props;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${shown(value, 500)}`);
  return (
    <details>
      <summary className="small">{title}</summary>
      <pre className="code wraps">
        {lines.join("\n")}
        {body ? `\n\n${shown(body, 16_384)}` : ""}
      </pre>
    </details>
  );
}
