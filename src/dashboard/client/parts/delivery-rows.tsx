import type { DeliveryView } from "../api/types.ts";
import { useFeed } from "../feed.ts";
import { shown } from "../format.ts";
import { at } from "../router.tsx";
import { Badge } from "./badge.tsx";
import { isScrolled, Rows } from "./rows.tsx";
import { Blank } from "./states.tsx";
import { Ago } from "./time.tsx";

const idOf = ({ id }: DeliveryView): string => id;

/** Deliveries as `path` lists them. */
export function DeliveryRows({ path }: { path: string }) {
  const feed = useFeed<DeliveryView>("deliveries", path, idOf, isScrolled);
  return (
    <Rows
      feed={feed}
      noun="delivery"
      nouns="deliveries"
      grid="event-grid"
      heads={["Status", "Type", "To", "Last answer", "Owed"]}
      idOf={idOf}
      linkOf={({ id }) => at.delivery(id)}
      cells={(delivery) => <Cells delivery={delivery} />}
      blank={
        <Blank icon="deliveries" title="No delivery matches">
          <p>A delivery is made for every event that an endpoint wants, in the same commit.</p>
        </Blank>
      }
    />
  );
}

function Cells({ delivery }: { delivery: DeliveryView }) {
  const { type, endpointName, endpoint, createdAt } = delivery;
  return (
    <>
      <span>
        <DeliveryBadge delivery={delivery} />
      </span>
      <span className="mono cut">{shown(type)}</span>
      <span className="cut soft">{endpointName ?? `${endpoint} (removed)`}</span>
      <span className="cut soft small">{answerOf(delivery)}</span>
      <span className="soft small">
        <Ago at={createdAt} />
      </span>
    </>
  );
}

export function DeliveryBadge({ delivery }: { delivery: DeliveryView }) {
  const { status, attempts, confirming } = delivery;
  if (status !== "pending") return <Badge status={status} />;
  return <Badge status={confirming ? "confirming" : attempts > 0 ? "retrying" : "pending"} />;
}

function answerOf({ responseStatus, error, attempts }: DeliveryView): string {
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  if (error !== null) return `${shown(`${error.code}: ${error.message}`, 160)}${tries}`;
  return responseStatus === null ? "" : `HTTP ${responseStatus}${tries}`;
}
