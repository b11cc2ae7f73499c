import type { Static } from "@sinclair/typebox";
import type { ConnectionView } from "../../../admin/connections/schemas.ts";
import type { DeliveryDetailView, DeliveryView } from "../../../admin/deliveries/schemas.ts";
import type {
  EndpointView,
  NewEndpointView,
  RotatedView,
} from "../../../admin/endpoints/schemas.ts";
import type { GivenFilter } from "../../../admin/events/filter.ts";
import type { EventSummary, EventView } from "../../../admin/events/schemas.ts";
import type { KeyView, NewKeyView } from "../../../admin/keys/endpoints.ts";
import type {
  QuarantinedSummary,
  QuarantinedView,
  ReleaseView,
} from "../../../admin/quarantine/schemas.ts";
import type { DryRunView, ReplayView } from "../../../admin/replays/schemas.ts";
import type { SessionView } from "../../../admin/session/endpoints.ts";
import type { SourceView, StatsView } from "../../../admin/sources/endpoints.ts";
import type { HistoryView } from "../../../admin/stats/endpoints.ts";
import type { SweepDetailView as SweepDetail, SweepView } from "../../../admin/sweeps/schemas.ts";

/** What the API answers, as its own schemas say it. */
export type {
  ConnectionView,
  DeliveryDetailView,
  DeliveryView,
  DryRunView,
  EndpointView,
  EventSummary,
  EventView,
  GivenFilter,
  HistoryView,
  KeyView,
  NewKeyView,
  QuarantinedSummary,
  QuarantinedView,
  ReleaseView,
  ReplayView,
  SessionView,
  SourceView,
  StatsView,
  SweepView,
};

export interface Listed<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

/** Answers whose schemas bear no type of their own. */
export type NewEndpoint = Static<typeof NewEndpointView>;
export type SweepDetailView = Static<typeof SweepDetail>;
export type Rotated = Static<typeof RotatedView>;

export type EventStatus = EventSummary["status"];
