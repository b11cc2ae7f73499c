/** Which command lists what a path of the API names: where to look when it is not there. */
const LISTS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/events\//, "`longstop events` lists the newest; `longstop events --q …` searches."],
  [/^\/v1\/connections\//, "`longstop connections` lists them, as source and key."],
  [/^\/v1\/sources\//, "`longstop reconcile status` lists the sources; new ones need a reload."],
  [/^\/v1\/endpoints\//, "`longstop endpoints` lists them."],
  [/^\/v1\/deliveries\//, "`longstop endpoints deliveries` lists them."],
  [/^\/v1\/replays\//, "`longstop replay list` lists them."],
  [/^\/v1\/quarantine\//, "`longstop quarantine` lists them."],
  [/^\/v1\/sweeps\//, "`longstop reconcile history` lists them."],
  [/^\/v1\/keys\//, "`longstop keys` lists them."],
];

/** A refusal of the API, as far as what to do next depends on it. */
export interface Refused {
  readonly status: number;
  readonly code: string | null;
  /** The path that was asked for, without its query. */
  readonly path: string;
  /** The answer's `Retry-After`. */
  readonly retryAfter: string | null;
  readonly withKey: boolean;
}

/** What the person can do after a refusal; `null` when its message says it all. */
export function nextStep({ status, code, path, retryAfter, withKey }: Refused): string | null {
  switch (status) {
    case 401:
      return withKey
        ? "The key is not known there: it may be revoked, or belong to another server. `longstop keys create` makes a new one where you have access."
        : "Set LONGSTOP_ADMIN_KEY (or --key). The first start of `longstop serve` prints a key once; where you have one, `longstop keys create` makes more.";
    case 403:
      return "Use a key with a wider scope: `longstop keys create --name … --scope admin` makes one.";
    case 404:
      return LISTS.find(([of]) => of.test(path))?.[1] ?? null;
    case 409:
      return code === "not_reconciled"
        ? "Set it at this source in the configuration, and reload (SIGHUP)."
        : null;
    case 429:
    case 503:
      return retryAfter === null ? "Try again in a moment." : `Try again in ${retryAfter} s.`;
    default:
      return null;
  }
}
