import type { RetrySettings } from "../../config/settings.ts";
import type { EndpointRow } from "../../journal/sending.ts";
import type { EndpointOverview } from "../../outbound/sending.ts";
import { iso } from "../answers.ts";
import type { EndpointView } from "./schemas.ts";

/** An endpoint as it is shown: what the journal counted, what it is, and what sending does for it right now. */
export function endpointView(row: EndpointRow, known: EndpointOverview): EndpointView {
  const { definition, activity } = known;
  return {
    id: row.id,
    name: known.name,
    origin: known.origin,
    url: definition.url === "" ? null : definition.url,
    types: [...definition.types],
    status: row.status,
    disabledReason: row.status === "disabled" ? row.statusReason : null,
    statusReason: row.status === "enabled" ? null : row.statusReason,
    statusAt: iso(row.statusAt),
    lastDeliveryAt: iso(row.lastDeliveryAt),
    failingSince: iso(row.failingSince),
    pending: row.pending,
    delivered: row.delivered,
    failed: row.failed,
    activity: {
      state: activity.state,
      until: iso(activity.until),
      detail: activity.detail,
      inFlight: activity.inFlight,
    },
    filter: definition.filter === null ? null : { ...definition.filter },
    headers: [...definition.headers],
    auth: definition.auth,
    keys: known.keys.map((key) => ({ ...key, until: iso(key.until) })),
    strategy: definition.strategy,
    batch: { items: definition.batch.items, wait: durationText(definition.batch.waitMs) },
    order: definition.order,
    rateLimit: definition.rateLimit,
    concurrency: definition.concurrency,
    timeout: durationText(definition.timeoutMs),
    retry: retryView(definition.retry),
    confirm: definition.confirmMs === null ? null : durationText(definition.confirmMs),
    createdAt: iso(row.endpoint.createdAt),
  };
}

function retryView(retry: RetrySettings): EndpointView["retry"] {
  const { attempts, delaysMs } = retry;
  if (delaysMs !== null) {
    return { attempts, delays: delaysMs.map(durationText), base: null, factor: null, max: null };
  }
  return {
    attempts,
    delays: null,
    base: durationText(retry.baseMs),
    factor: retry.factor,
    max: durationText(retry.maxMs),
  };
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** A duration as the configuration writes it, exactly: `90000` is `90s`. */
export function durationText(ms: number): string {
  const unit = UNITS.find(([, size]) => ms !== 0 && ms % size === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
