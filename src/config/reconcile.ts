import { type Check, Fields, isObject, number, wrongType } from "./check.ts";
import type { Place } from "./place.ts";
import type { ReconcileSettings } from "./settings.ts";
import { duration, rate } from "./values.ts";

/** What a preset brings along for asking its provider, as far as the configuration needs to know. */
export type RecoveryNeeds = {
  /** Calls a second that the provider allows, with room to spare. */
  readonly perSecond: number;
  /** What the configuration lacks for it, in a sentence with the remedy; `null`: it can be asked. */
  readonly lacks: string | null;
} & ({ readonly kind: "list"; readonly overlapMs: number } | { readonly kind: "state" });

const KEYS = ["every", "overlap", "expect", "concurrency", "rate", "list", "fetch"] as const;

/** Well within the time for which any known provider goes on trying, and few calls a day. */
const EVERY_MS_DEFAULT = 15 * 60_000;
/** How late a list may be of which nothing is known. */
const OVERLAP_MS_DEFAULT = 5 * 60_000;
const CONCURRENCY_DEFAULT = 2;
const PER_SECOND_DEFAULT = 5;
/** One late webhook is weather; three in a row are a broken connection. */
const ALERT_AFTER_DEFAULT = 3;

/** A function of the team's: it lives where the configuration is imported, and here is only that there is one. */
export const callable: Check<true> = (value, place) =>
  typeof value === "function" ? true : wrongType(value, place, "a function");

/**
 * How a source asks its provider for what was missed; `null`: not at all. A preset that can be asked is,
 * as soon as it has what that takes; `reconcile: false` says no. `provider`: for people.
 */
export function reconcileOf(
  source: Fields,
  provider: string,
  recovery: RecoveryNeeds | null,
): ReconcileSettings | null {
  const place = source.place.at("reconcile");
  if (source.raw("reconcile") === false) return null;
  if (!source.has("reconcile")) {
    return recovery !== null && recovery.lacks === null ? defaults(recovery) : null;
  }
  const fields = new Fields(source.raw("reconcile"), place, KEYS);
  const own = {
    list: fields.read("list", callable, false),
    fetch: fields.read("fetch", callable, false),
  };
  const ownWay = fields.has("list") || fields.has("fetch");
  if (!ownWay && isObject(source.raw("reconcile"))) judgeRecovery(place, provider, recovery);
  return given(fields, recovery, own);
}

const defaults = (recovery: RecoveryNeeds | null): ReconcileSettings => ({
  everyMs: EVERY_MS_DEFAULT,
  overlapMs: recovery?.kind === "list" ? recovery.overlapMs : OVERLAP_MS_DEFAULT,
  expect: null,
  concurrency: CONCURRENCY_DEFAULT,
  perSecond: recovery?.perSecond ?? PER_SECOND_DEFAULT,
  list: false,
  fetch: false,
});

function given(
  fields: Fields,
  recovery: RecoveryNeeds | null,
  own: Pick<ReconcileSettings, "list" | "fetch">,
): ReconcileSettings {
  const usual = defaults(own.list || own.fetch ? null : recovery);
  const sweeps = own.list || !own.fetch;
  if (!sweeps && fields.has("every") && fields.raw("every") !== false) {
    fields.place.at("every").fault(fields.raw("every"), {
      message: "needs list: fetch alone asks for one connection at a time",
      allowed: "list beside it, or expect instead",
    });
  }
  return {
    ...usual,
    everyMs: fields.read("every", every, sweeps ? usual.everyMs : null) || null,
    overlapMs: fields.read("overlap", duration("0ms", "30d"), usual.overlapMs),
    expect: fields.read("expect", expectation, null),
    concurrency: fields.read("concurrency", number(1, 100), usual.concurrency),
    perSecond: fields.read("rate", rate, null)?.perSecond ?? usual.perSecond,
    ...own,
  };
}

function judgeRecovery(place: Place, provider: string, recovery: RecoveryNeeds | null): void {
  if (recovery === null) {
    place.absent(
      `needs list or fetch: ${provider || "this provider"} offers no way to ask for what was missed`,
      "reconcile: { async list({ since, cursor, signal }) { … } }, or false",
    );
  } else if (recovery.lacks !== null) {
    place.absent(`cannot be done yet: ${recovery.lacks}`, "what it names, or reconcile: false");
  }
}

/** `false`: only at the start and on demand; told from absent by 0. */
const every: Check<number> = (value, place) =>
  value === false ? 0 : duration("1s", "30d")(value, place);

const expectation: Check<NonNullable<ReconcileSettings["expect"]>> = (value, place) => {
  const fields = new Fields(value, place, ["every", "grace", "alertAfter"]);
  const everyMs = fields.need(
    "every",
    duration("1s", "365d"),
    0,
    "is missing: how often each connection has an event",
    'a duration such as "24h"',
  );
  return {
    everyMs,
    graceMs: fields.read("grace", duration("0ms", "365d"), Math.round(everyMs / 10)),
    alertAfter: fields.read("alertAfter", number(1, 1000), ALERT_AFTER_DEFAULT),
  };
};
