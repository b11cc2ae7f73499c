import type { ConnectionView } from "../../../admin/connections/schemas.ts";
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

/** What the API answers, as its own schemas say it. */
export type {
  ConnectionView,
  DryRunView,
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
};

export interface Listed<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export type EventStatus = EventSummary["status"];
