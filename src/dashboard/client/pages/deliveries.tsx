import { withQuery } from "../api/call.ts";
import { useEndpoints } from "../api/queries.ts";
import { Choice, Tabs, useFilters } from "../filters.tsx";
import { DeliveryRows } from "../parts/delivery-rows.tsx";
import { useTitle } from "../parts/time.tsx";
import { SINCE, since } from "../since.ts";

const STATUSES = [
  ["", "All"],
  ["pending", "Pending"],
  ["delivered", "Delivered"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
] as const;

export function DeliveriesPage() {
  useTitle("Deliveries");
  const [get, set] = useFilters();
  const endpoints = useEndpoints().data?.data ?? [];
  const path = withQuery("/v1/deliveries", {
    status: get("status"),
    endpoint: get("endpoint"),
    event: get("event"),
    since: since(get("since")),
  });
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Deliveries</h1>
          <p className="lead">One event owed to one endpoint each.</p>
        </div>
      </div>
      <div className="filters">
        <Tabs
          label="Status"
          value={get("status")}
          options={STATUSES}
          onChange={(value) => set("status", value)}
        />
        <Choice
          label="Endpoint"
          value={get("endpoint")}
          options={[["", "All endpoints"], ...endpoints.map(({ id, name }) => [id, name] as const)]}
          onChange={(value) => set("endpoint", value)}
        />
        <Choice
          label="Owed"
          value={get("since")}
          options={SINCE}
          onChange={(value) => set("since", value)}
        />
        {get("event") !== "" && (
          <button type="button" className="button is-small" onClick={() => set("event", "")}>
            event: {get("event")} ×
          </button>
        )}
      </div>
      <DeliveryRows path={path} />
    </>
  );
}
