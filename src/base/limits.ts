/** Every bound in one place, unit and qualifier last. What an operator may change is in the configuration instead. */
export const LIMITS = {
  /** Request bodies, after inflation: what a source takes when it says nothing, and the most it may ask for. */
  BODY_BYTES_DEFAULT: 5 * 2 ** 20,
  BODY_BYTES_MAX: 32 * 2 ** 20,
  /** Time from the first byte of a request's body to its last; slower senders are cut. */
  BODY_MS_MAX: 30_000,
  /** A body up to this size, as declared or as inflated so far, is small: it is read without waiting for room. */
  BODY_BYTES_SMALL: 64 * 2 ** 10,
  /** Bytes that the small bodies under way may hold, and the large ones: from reading to the answer. */
  BODIES_SMALL_BYTES_MAX: 160 * 2 ** 20,
  BODIES_LARGE_BYTES_MAX: 96 * 2 ** 20,
  /** Large bodies that wait, unread, for room, and for how long; beyond either they get a 503. */
  BODIES_WAITING_MAX: 256,
  BODY_WAIT_MS_MAX: 5_000,
  /** What a large body must bring a second while others wait for the room that it holds. */
  BODY_PACE_BYTES: 256 * 2 ** 10,
  HEADERS_MAX: 200,
  HEADER_BYTES_MAX: 32 * 2 ** 10,
  URL_BYTES_MAX: 8 * 2 ** 10,
  JSON_DEPTH_MAX: 128,
  /** XML is read a hundred times slower than JSON: more would hold the loop for seconds. */
  XML_BYTES_MAX: 2 * 2 ** 20,
  /** Fields and files in one multipart body. */
  MULTIPART_PARTS_MAX: 1_000,
  /** Events in one request. */
  BATCH_EVENTS_MAX: 10_000,
  CONNECTION_KEY_BYTES_MAX: 512,
  DEDUPE_KEY_BYTES_MAX: 512,
  EVENT_TYPE_BYTES_MAX: 256,
  /** Requests that failed verification and are kept, per source; the oldest give way. */
  QUARANTINE_ROWS_MAX: 1_000,
  QUARANTINE_BYTES_MAX: 32 * 2 ** 20,
  /** Of them, kept per source and second; the rest is only refused, so that forgeries cost no disk. */
  QUARANTINE_PER_SECOND: 20,
  /** Requests acknowledged and not yet verified, in all; beyond them they get a 503. */
  HELD_ROWS_MAX: 10_000,
  HELD_BYTES_MAX: 256 * 2 ** 20,
  /** Requests for the quarantine on their way to the disk: beyond it forgeries are dropped, and what would be held gets a 503. */
  QUARANTINE_WAITING_BYTES_MAX: 8 * 2 ** 20,
  HELD_WAITING_BYTES_MAX: 64 * 2 ** 20,
  /** Entries and bytes handed to the journal and not yet committed; beyond them requests get a 503. */
  COMMIT_WAITING_MAX: 20_000,
  COMMIT_WAITING_BYTES_MAX: 128 * 2 ** 20,
  COMMIT_ENTRIES_MAX: 4_096,
  COMMIT_BYTES_MAX: 16 * 2 ** 20,
  /** Entries the projection may lag behind the log before requests are slowed with a 503. */
  INDEX_LAG_ENTRIES_MAX: 200_000,
  INDEX_BATCH_ENTRIES: 4_096,
  /** Positions one mailbox holds in memory; the rest stays in the journal. */
  MAILBOX_POSITIONS_MAX: 64,
  /** Actors in memory; beyond them connections wait in the journal. */
  ACTORS_MAX: 10_000,
  /** Jobs one handler host is given at a time. */
  HOST_JOBS_MAX: 256,
  /** Bytes of bodies, state and steps that one handler host is given at a time; a larger job goes alone. */
  HOST_BYTES_MAX: 32 * 2 ** 20,
  /** Hosts that each run a single suspect, beside the shared ones. */
  HOSTS_ISOLATED_MAX: 4,
  /** Positions remembered as having ended their host: they run isolated from then on. */
  GUILTY_POSITIONS_MAX: 10_000,
  STATE_BYTES_MAX: 1 * 2 ** 20,
  STEP_BYTES_MAX: 1 * 2 ** 20,
  STEPS_MAX: 1_000,
  EMITS_MAX: 1_000,
  /** Data of all events that one run emits: they settle in one entry. */
  EMITTED_BYTES_MAX: 4 * 2 ** 20,
  ERROR_MESSAGE_CHARS_MAX: 4_096,
  ERROR_STACK_CHARS_MAX: 16_384,
  PAGE_ROWS_DEFAULT: 50,
  PAGE_ROWS_MAX: 200,
  /** A read waits at most this long for the projection to reach what was acknowledged before it. */
  READ_WAIT_MS_MAX: 5_000,
  /** SIGTERM to exit. */
  SHUTDOWN_MS_MAX: 10_000,
} as const;
