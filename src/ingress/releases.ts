import type { EventId } from "../base/ids.ts";
import type { Journal, Reads } from "../journal/journal.ts";
import {
  asQuarantineId,
  type QuarantinedRequest,
  type QuarantineStore,
} from "../journal/quarantine.ts";
import { intakeOf, type Unfit } from "./enter.ts";
import { Arrived } from "./inbound.ts";
import { addressed, hint, type Onward, onward } from "./onward.ts";
import type { Source, SourceTable } from "./sources.ts";

/** What came of trying to let one request in. */
export type Release =
  /** It is journaled: its events, or those that they repeat, and no longer in the quarantine. */
  | {
      readonly status: "released";
      readonly events: readonly { readonly id: EventId; readonly duplicate: boolean }[];
    }
  /** A dry run: it would be released. */
  | { readonly status: "verified" }
  /** It stays where it is. */
  | { readonly status: "still_failing"; readonly code: string; readonly detail: string }
  | { readonly status: "not_found" };

export interface ReleasesDeps extends Onward {
  readonly sources: Pick<SourceTable, "find">;
  readonly journal: Pick<Journal, "append">;
  readonly reads: Pick<Reads, "quarantined">;
  readonly store: Pick<QuarantineStore, "remove">;
}

/** The way out of the quarantine: the same split, append and post as for a request that has just arrived. */
export class Releases {
  readonly #deps: ReleasesDeps;

  constructor(deps: ReleasesDeps) {
    this.#deps = deps;
  }

  /**
   * Verifies a request with its source's keys of today, as of the time at which it arrived, and lets it
   * in unless `dryRun`. It is journaled before it is removed: a crash in between makes a duplicate, which
   * changes nothing. Rejects with `JournalRefused` or `ReadRefused`; then it is still there.
   */
  async release(id: string, dryRun: boolean): Promise<Release> {
    const known = asQuarantineId(id);
    const kept = known === undefined ? null : await this.#deps.reads.quarantined(known);
    if (kept === null) return { status: "not_found" };
    const source = this.#deps.sources.find(kept.source);
    if (source === null)
      return stillFailing({
        code: "unknown_source",
        detail: "Its source is no longer configured.",
      });
    const inbound = arrivedAgain(kept, source);
    const proof = await source.provider.verify(inbound);
    if (!proof.ok) return stillFailing(proof.error);
    const split = intakeOf(inbound, source, kept.request.headers);
    if ("code" in split) return stillFailing(split);
    if (dryRun) return { status: "verified" };
    const intake = addressed(split, source, inbound, this.#deps.fanOut);
    const appended = intake.events.length === 0 ? [] : await this.#deps.journal.append(intake);
    onward(intake, appended, this.#deps);
    hint(intake, source, this.#deps);
    await this.#deps.store.remove(kept.id);
    const events = appended.map(({ id: event, duplicate }) => ({ id: event, duplicate }));
    return { status: "released", events };
  }
}

const stillFailing = ({ code, detail }: Omit<Unfit, "code"> & { code: string }): Release => ({
  status: "still_failing",
  code,
  detail: detail ?? "",
});

function arrivedAgain({ request, body, at }: QuarantinedRequest, source: Source): Arrived {
  const { method, url, peer, headers } = request;
  const pairs = headers.map(([name, value]): [string, string] => [name, value]);
  return new Arrived({ method, url, headers: new Headers(pairs) }, body, source, at, peer);
}
