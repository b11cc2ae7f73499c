import type { Door } from "../ingress/split.ts";
import type { Fact, Intake } from "../journal/facts.ts";

/** Of one transaction: well within what the journal takes, so that webhooks wait behind it for a moment only. */
const ENTRIES_MAX = 500;
const BYTES_MAX = 4 * 2 ** 20;

/**
 * Journals what was found, in order, in as few transactions as moderation allows. `facts` come with the
 * last one: should the process die before, what is in already is found again, as duplicates. Resolves with
 * how many events are new. Rejects with `JournalRefused`.
 */
export async function enterAll(
  door: Pick<Door, "enter">,
  intakes: readonly Intake[],
  facts: readonly Fact[],
): Promise<number> {
  let fresh = 0;
  let from = 0;
  while (from < intakes.length) {
    const to = endOf(intakes, from);
    if (to === intakes.length && bytesOf(intakes, from, to) <= BYTES_MAX) break;
    fresh += await door.enter(intakes.slice(from, to), []);
    from = to;
  }
  const rest = intakes.slice(from);
  if (rest.length === 0 && facts.length === 0) return fresh;
  return fresh + (await door.enter(rest, facts));
}

/** At least one, whatever its size. */
function endOf(intakes: readonly Intake[], from: number): number {
  let [to, bytes] = [from, 0];
  while (to < intakes.length && to - from < ENTRIES_MAX) {
    bytes += intakes[to]?.body.byteLength ?? 0;
    if (to > from && bytes > BYTES_MAX) break;
    to++;
  }
  return to;
}

function bytesOf(intakes: readonly Intake[], from: number, to: number): number {
  let bytes = 0;
  for (const { body } of intakes.slice(from, to)) bytes += body.byteLength;
  return bytes;
}
