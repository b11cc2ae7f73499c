/** One row per error code that an HTTP answer can bear, on either listener. */
export interface ProblemRow {
  readonly status: number;
  /** What it is, in a few words; the same for every occurrence. */
  readonly title: string;
  /** What the reader can do about it; used as `detail` where an occurrence has nothing to add. */
  readonly help: string;
  /** Seconds after which trying again makes sense; sent as `Retry-After`. */
  readonly retryAfterS?: number;
}

/**
 * Our own trouble is always a 5xx: a 4xx makes some providers give up on us for good. So a row with a 4xx says
 * that sending the same thing again cannot help.
 */
export const PROBLEMS = {
  unknown_source: {
    status: 404,
    title: "Unknown source",
    help: "No source of this name is configured; the path is /in/<source>.",
  },
  not_found: { status: 404, title: "Not found", help: "There is nothing at this address." },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    help: "The Allow header lists the methods that are taken here.",
  },
  body_timeout: {
    status: 408,
    title: "Body too slow",
    help: "The whole body must arrive within 30 seconds.",
  },
  body_too_large: {
    status: 413,
    title: "Body too large",
    help: "Raise the source's bodyLimit if the sender is right.",
  },
  too_many_events: {
    status: 413,
    title: "Too many events in one request",
    help: "A batch holds at most 10,000 events.",
  },
  url_too_long: { status: 414, title: "URL too long", help: "A URL holds at most 8 KiB." },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    help: "Send JSON or a form; plain, or as gzip, deflate or br.",
  },
  headers_too_large: {
    status: 431,
    title: "Headers too large",
    help: "A request holds at most 200 headers of 32 KiB together.",
  },
  malformed_body: {
    status: 400,
    title: "Malformed body",
    help: "The body is not what its Content-Type says.",
  },
  signature_missing: {
    status: 401,
    title: "Signature missing",
    help: "The request is not signed the way this source demands.",
  },
  signature_mismatch: {
    status: 401,
    title: "Signature mismatch",
    help: "The signature was made with another secret, or over other bytes.",
  },
  timestamp_too_old: {
    status: 401,
    title: "Timestamp too old",
    help: "The signature is right but was made too long ago; compare the clocks.",
  },
  timestamp_in_future: {
    status: 401,
    title: "Timestamp in the future",
    help: "The signature is right but its time has not come yet; compare the clocks.",
  },
  keys_unavailable: {
    status: 503,
    title: "Keys unavailable",
    help: "The provider's keys cannot be asked for right now; nothing was accepted, send it again.",
    retryAfterS: 10,
  },
  too_many_requests: {
    status: 429,
    title: "Too many requests",
    help: "The rate limit is reached; Retry-After says when to go on.",
    retryAfterS: 1,
  },
  overloaded: {
    status: 503,
    title: "Overloaded",
    help: "More arrives than can be written; nothing was accepted, send it again.",
    retryAfterS: 2,
  },
  disk_full: {
    status: 503,
    title: "Disk full",
    help: "The disk has no room; nothing was accepted, send it again.",
    retryAfterS: 30,
  },
  unavailable: {
    status: 503,
    title: "Journal unavailable",
    help: "The journal cannot be written; nothing was accepted, send it again.",
    retryAfterS: 10,
  },
  draining: {
    status: 503,
    title: "Shutting down",
    help: "The server is about to stop; nothing was accepted, send it again.",
    retryAfterS: 5,
  },
  internal_error: {
    status: 503,
    title: "Internal error",
    help: "Something broke on our side and was logged; nothing was accepted, send it again.",
    retryAfterS: 10,
  },
  unauthorized: {
    status: 401,
    title: "Login needed",
    help: "Send a key as `Authorization: Bearer lsk_…`; `longstop keys create` makes one.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed",
    help: "This key lacks the scope that this takes.",
  },
  invalid_parameter: {
    status: 400,
    title: "Invalid parameter",
    help: "A parameter or field is unknown or has a value that is not taken here.",
  },
  bad_cursor: {
    status: 400,
    title: "Bad cursor",
    help: "Take the cursor unchanged from `nextCursor` of the page before, with the same filters.",
  },
  wrong_status: {
    status: 409,
    title: "Wrong status",
    help: "It is not in a status in which this can be done.",
  },
  busy: {
    status: 409,
    title: "Busy",
    help: "Its handler is running right now; try again once it has ended.",
  },
  empty: {
    status: 409,
    title: "Nothing waits",
    help: "The connection has no event waiting.",
  },
  last_admin_key: {
    status: 409,
    title: "Last admin key",
    help: "Without it nobody could log in; create another key with the scope admin first.",
  },
  too_many_keys: {
    status: 409,
    title: "Too many keys",
    help: "Revoke keys that are no longer used.",
  },
  configured: {
    status: 409,
    title: "It stands in the configuration",
    help: "Change it there and reload; it can be tested, enabled and disabled here.",
  },
  conflict: {
    status: 409,
    title: "Already taken",
    help: "Something else bears this name or key already; choose another.",
  },
  not_reconciled: {
    status: 409,
    title: "The provider cannot be asked",
    help: "Reconciliation is not set up for this source.",
  },
  too_many_streams: {
    status: 503,
    title: "Too many streams",
    help: "As many streams are open as there may be; close one, or poll /v1/events.",
    retryAfterS: 10,
  },
  backup_running: {
    status: 409,
    title: "A backup is being made",
    help: "One at a time; wait for it.",
  },
  no_room: {
    status: 503,
    title: "No room",
    help: "The disk has too little room for it; remove old backups, or make room.",
    retryAfterS: 600,
  },
  backup_failed: {
    status: 503,
    title: "Backup failed",
    help: "No backup was made; the log says why.",
    retryAfterS: 60,
  },
  confirmation_late: {
    status: 410,
    title: "Too late",
    help: "The time for this confirmation is over; the delivery is sent again, or was given up.",
  },
  body_gone: {
    status: 410,
    title: "Body gone",
    help: "Retention has removed the bytes of this event.",
  },
  behind: {
    status: 503,
    title: "Not caught up yet",
    help: "What was acknowledged last is not readable yet; ask again.",
    retryAfterS: 1,
  },
  slow: {
    status: 503,
    title: "Search stopped",
    help: "The search took too long and was stopped; narrow it with filters.",
    retryAfterS: 5,
  },
  not_ready: {
    status: 503,
    title: "Not ready",
    help: "The server is recovering, shutting down or out of disk.",
    retryAfterS: 2,
  },
} as const satisfies Readonly<Record<string, ProblemRow>>;
