/** A place in the journal's one number space: each entry, and each event of a batch, takes one. Never reused. */
export type Seq = number & { readonly brand: "Seq" };

/** Public id of an event: `evt_` + its place + the run of the process that wrote it. */
export type EventId = string & { readonly brand: "EventId" };

export const seq = (value: number): Seq => value as Seq;

/** Digits in order, without the letters that are read as digits (Crockford's base 32), lower case. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const SEQ_DIGITS = 10;
const RUN_DIGITS = 4;
/** Runs are drawn below this: 20 bits. Two lives of a restored journal disagree but for one chance in a million. */
export const RUN_LIMIT = 32 ** RUN_DIGITS;
const EVENT_ID = new RegExp(`^evt_([${DIGITS}]{${SEQ_DIGITS}})([${DIGITS}]{${RUN_DIGITS}})$`);
const REQUEST_ID = new RegExp(`^req_([${DIGITS}]{${SEQ_DIGITS}})([${DIGITS}]{${RUN_DIGITS}})$`);

/**
 * Ids carry their place, so that a look-up needs no index on random text (which costs more pages than
 * anything else in a commit). The run makes an id unique even after the journal was restored from an
 * older backup and places are given out a second time: receivers use ids as idempotency keys.
 */
export const eventId = (at: Seq, run: number): EventId =>
  `evt_${base32(at, SEQ_DIGITS)}${base32(run, RUN_DIGITS)}` as EventId;
export const requestId = (at: Seq, run: number): string =>
  `req_${base32(at, SEQ_DIGITS)}${base32(run, RUN_DIGITS)}`;

/** The place and run inside an event's id; `undefined` for text that is no event id. */
export function parseEventId(text: string): { seq: Seq; run: number } | undefined {
  return parse(EVENT_ID, text);
}

export function parseRequestId(text: string): { seq: Seq; run: number } | undefined {
  return parse(REQUEST_ID, text);
}

function parse(pattern: RegExp, text: string): { seq: Seq; run: number } | undefined {
  const match = pattern.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { seq: seq(number32(match[1])), run: number32(match[2]) };
}

function base32(value: number, digits: number): string {
  let text = "";
  let rest = value;
  for (let place = 0; place < digits; place++) {
    text = DIGITS[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function number32(text: string): number {
  let value = 0;
  for (const digit of text) value = value * 32 + DIGITS.indexOf(digit);
  return value;
}
