import { useState } from "react";
import { NewEndpointDialog } from "../actions/new-endpoint.tsx";
import { useEndpoints } from "../api/queries.ts";
import type { EndpointView } from "../api/types.ts";
import { number, shown } from "../format.ts";
import { Badge } from "../parts/badge.tsx";
import { Icon } from "../parts/icons.tsx";
import { Blank, Shown } from "../parts/states.tsx";
import { Ago, useTitle } from "../parts/time.tsx";
import { at, Link } from "../router.tsx";
import { useMayAct } from "../session.tsx";

export function EndpointsPage() {
  useTitle("Endpoints");
  const query = useEndpoints();
  const mayAct = useMayAct();
  const [making, setMaking] = useState(false);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Endpoints</h1>
          <p className="lead">Where events are sent on, signed, until a 2xx comes back.</p>
        </div>
        {mayAct && (
          <button type="button" className="button is-main" onClick={() => setMaking(true)}>
            <Icon name="plus" />
            New endpoint
          </button>
        )}
      </div>
      <Shown query={query} what="the endpoints">
        {({ data }) => (
          <div className="card">
            {data.length === 0 ? (
              <Blank icon="endpoints" title="No endpoints">
                <p>
                  Nothing is sent on. An endpoint is a URL and the types of events that it wants.
                </p>
              </Blank>
            ) : (
              <div className="table-wrap">
                <Table endpoints={data} />
              </div>
            )}
          </div>
        )}
      </Shown>
      {making && <NewEndpointDialog onClose={() => setMaking(false)} />}
    </>
  );
}

function Table({ endpoints }: { endpoints: readonly EndpointView[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th>Status</th>
          <th>Endpoint</th>
          <th>Types</th>
          <th className="num">Owed</th>
          <th className="num">Delivered</th>
          <th className="num">Failed</th>
          <th>Last delivery</th>
        </tr>
      </thead>
      <tbody>
        {endpoints.map((endpoint) => (
          <tr key={endpoint.id}>
            <td>
              <Badge status={endpoint.status} />
            </td>
            <td>
              <Link href={at.endpoint(endpoint.id)}>{endpoint.name}</Link>
              <div className="quiet small">{shown(endpoint.url ?? "pulled")}</div>
            </td>
            <td className="mono small">{shown(endpoint.types.join(", "))}</td>
            <td className="num">{number(endpoint.pending)}</td>
            <td className="num">{number(endpoint.delivered)}</td>
            <td className={`num ${endpoint.failed > 0 ? "tone-bad" : ""}`}>
              {number(endpoint.failed)}
            </td>
            <td>
              <Ago at={endpoint.lastDeliveryAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
