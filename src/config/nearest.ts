/**
 * The candidate that `given` was most likely meant to be; `undefined` when none is near. Case, dashes
 * and underscores do not count, and one slip (a letter too many, missing, wrong, or two swapped) is
 * allowed for each three letters.
 */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(given);
  if (wanted === "" || wanted.length > 64) return undefined;
  let best: string | undefined;
  let bestSlips = Math.max(1, Math.ceil(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(wanted, plain(candidate));
    if (slips < bestSlips) {
      best = candidate;
      bestSlips = slips;
    }
  }
  return best;
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_\s]/g, "");

/** Edit distance with swaps of neighbours (optimal string alignment). */
function slipsBetween(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let slips = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (swapped) slips = Math.min(slips, (before[j - 2] ?? 0) + 1);
      next.push(slips);
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? 0;
}
