import { keepPreviousData, type QueryClient, useQuery } from "@tanstack/react-query";
import { read, withQuery } from "./call.ts";
import type {
  ConnectionView,
  DeliveryDetailView,
  EndpointView,
  EventSummary,
  EventView,
  HistoryView,
  KeyView,
  Listed,
  QuarantinedSummary,
  QuarantinedView,
  ReplayView,
  SourceView,
  StatsView,
  SweepDetailView,
} from "./types.ts";

/** How often what is in view is read anew, ms. */
export const LIVE_MS = 2_000;
const CALM_MS = 5_000;

export const useStats = () => useRead<StatsView>("stats", "/v1/stats", LIVE_MS);
export const useHistory = () => useRead<HistoryView>("stats", "/v1/stats/history", CALM_MS);
export const useSources = () => useRead<Listed<SourceView>>("sources", "/v1/sources", CALM_MS);
export const useKeys = () => useRead<Listed<KeyView>>("keys", "/v1/keys", CALM_MS);
export const useReplays = () =>
  useRead<Listed<ReplayView>>("replays", "/v1/replays?limit=100", LIVE_MS);
export const useReplay = (id: string) =>
  useRead<ReplayView>("replays", `/v1/replays/${encodeURIComponent(id)}`, 1_000);
export const useEvent = (id: string) =>
  useRead<EventView>("events", `/v1/events/${encodeURIComponent(id)}`, LIVE_MS);
export const useConnection = (source: string, key: string) =>
  useRead<ConnectionView>("connections", connectionPath(source, key), LIVE_MS);
export const useQuarantined = (id: string) =>
  useRead<QuarantinedView>("quarantine", `/v1/quarantine/${encodeURIComponent(id)}`, CALM_MS);

export const useEndpoints = () =>
  useRead<Listed<EndpointView>>("endpoints", "/v1/endpoints?limit=200", LIVE_MS);
export const useEndpoint = (id: string) =>
  useRead<EndpointView>("endpoints", `/v1/endpoints/${encodeURIComponent(id)}`, LIVE_MS);
export const useDelivery = (id: string) =>
  useRead<DeliveryDetailView>("deliveries", `/v1/deliveries/${encodeURIComponent(id)}`, LIVE_MS);
export const useSweep = (id: string) =>
  useRead<SweepDetailView>("sweeps", `/v1/sweeps/${encodeURIComponent(id)}`, LIVE_MS);

type Filter = Readonly<Record<string, string | number | null | undefined>>;

export const useEvents = (filter: Filter) =>
  useRead<Listed<EventSummary>>("events", withQuery("/v1/events", filter), LIVE_MS);
export const useConnections = (filter: Filter) =>
  useRead<Listed<ConnectionView>>("connections", withQuery("/v1/connections", filter), LIVE_MS);
export const useQuarantine = (filter: Filter, enabled = true) =>
  useRead<Listed<QuarantinedSummary>>(
    "quarantine",
    withQuery("/v1/quarantine", filter),
    CALM_MS,
    enabled,
  );

export function connectionPath(source: string, key: string): string {
  return `/v1/connections/${encodeURIComponent(source)}/${encodeURIComponent(key)}`;
}

/** `group`: what a change makes old, together with all else of its kind. */
function useRead<T>(group: string, path: string, everyMs: number, enabled = true) {
  return useQuery({
    queryKey: [group, path],
    queryFn: ({ signal }) => read<T>(path, signal),
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** After an action: everything in view is read again, since one settles and moves others. */
export function refresh(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
}
