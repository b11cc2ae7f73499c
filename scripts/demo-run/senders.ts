import type { Receipt } from "../../test/support/rows.ts";
import type { Posting } from "./postings.ts";

/** What the senders know at the end. */
export interface Sent {
  requests: number;
  /** Tries that got no acknowledgement: refused, reset, or a 5xx. Each was followed by another try. */
  retries: number;
  /** Events that an acknowledgement called duplicates. */
  duplicates: number;
  /** Ids in acknowledgements, by source and dedupe key. The same event must always be given the same id. */
  readonly ids: Map<string, string>;
  /** Answers that no provider would understand. */
  readonly faults: string[];
}

const RETRY_MS = [50, 100, 200, 400, 800];
const TRIES_MAX = 60;

/**
 * Posts all of `queue` with so many senders at once. A sender keeps a request until it is acknowledged,
 * as providers do, except for `lose`, which it gives up without sending: the checks must notice.
 */
export async function sendAll(
  queue: readonly Posting[],
  senders: number,
  baseUrl: string,
  acknowledged: (so_far: number) => void,
  lose: Posting | null,
): Promise<Sent> {
  const sent: Sent = { requests: 0, retries: 0, duplicates: 0, ids: new Map(), faults: [] };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let posting = queue[next++]; posting !== undefined; posting = queue[next++]) {
      if (posting === lose) continue;
      const receipt = await deliver(posting, baseUrl, sent);
      if (receipt === null) return;
      record(posting, receipt, sent);
      sent.requests++;
      acknowledged(sent.requests);
    }
  };
  await Promise.all(Array.from({ length: senders }, work));
  return sent;
}

async function deliver(posting: Posting, baseUrl: string, sent: Sent): Promise<Receipt | null> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = await post(posting, baseUrl);
    if (answer !== null && answer.status >= 200 && answer.status < 300) return answer.receipt;
    if (answer !== null && answer.status < 500) {
      sent.faults.push(
        `${posting.source} ${posting.events[0]} was answered ${answer.status}: ${answer.text}`,
      );
      return null;
    }
    sent.retries++;
    await Bun.sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 800);
  }
  sent.faults.push(`${posting.source} ${posting.events[0]} was not taken in ${TRIES_MAX} tries`);
  return null;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly receipt: Receipt;
}

/** `null` when there was no whole answer: the connection was refused or reset. */
async function post(posting: Posting, baseUrl: string): Promise<Answer | null> {
  try {
    const response = await fetch(`${baseUrl}/in/${posting.source}`, {
      method: "POST",
      body: posting.body,
      headers: await posting.headers(),
    });
    const text = await response.text();
    const receipt = response.ok
      ? (JSON.parse(text) as Receipt)
      : { status: "accepted" as const, events: [] };
    return { status: response.status, text, receipt };
  } catch {
    return null; // The server was killed under our hands; that is what this is about.
  }
}

function record(posting: Posting, receipt: Receipt, sent: Sent): void {
  if (receipt.events.length !== posting.events.length) {
    sent.faults.push(
      `${posting.source}: ${posting.events.length} events sent, ${receipt.events.length} acknowledged`,
    );
  }
  for (const [index, event] of receipt.events.entries()) {
    const key = `${posting.source} ${posting.events[index]}`;
    const before = sent.ids.get(key);
    if (event.duplicate) sent.duplicates++;
    if (before !== undefined && before !== event.id)
      sent.faults.push(`${key} was acknowledged as ${before} and as ${event.id}`);
    sent.ids.set(key, event.id);
  }
}
