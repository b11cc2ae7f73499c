import type { Settings } from "../../config/settings.ts";
import type { Release } from "../../ingress/releases.ts";
import type { QuarantinedRequest, QuarantineRow } from "../../journal/quarantine.ts";
import { iso } from "../answers.ts";
import { shownHeaders, shownUrl } from "../events/redact.ts";
import {
  PREVIEW_BYTES_MAX,
  type QuarantinedSummary,
  type QuarantinedView,
  type ReleaseView,
} from "./schemas.ts";

/** A request as the list shows it: credentials in it are hidden like those of an event's request. */
export function quarantinedSummary(
  row: QuarantineRow,
  sources: Settings["sources"],
): QuarantinedSummary {
  const { method, url, peer } = row.request;
  const source = Object.hasOwn(sources, row.source) ? sources[row.source] : undefined;
  return {
    id: row.id,
    source: row.source,
    receivedAt: iso(row.at),
    code: row.code,
    detail: row.detail,
    held: row.held,
    size: row.size,
    method,
    url: shownUrl(url),
    peer,
    headers: shownHeaders(row.request, source),
  };
}

export function quarantinedView(
  row: QuarantinedRequest,
  sources: Settings["sources"],
): QuarantinedView {
  return {
    ...quarantinedSummary(row, sources),
    body: new TextDecoder().decode(row.body.subarray(0, PREVIEW_BYTES_MAX)),
    bodyTruncated: row.body.byteLength > PREVIEW_BYTES_MAX,
  };
}

/** What came of one request. */
export function releaseRow(id: string, release: Release): ReleaseView["data"][number] {
  const failing = release.status === "still_failing" ? release : null;
  return {
    id,
    status: release.status,
    events: release.status === "released" ? [...release.events] : [],
    code: failing?.code ?? null,
    detail: failing?.detail ?? null,
  };
}
