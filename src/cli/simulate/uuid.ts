import type { Random } from "../../base/random.ts";

/** A UUID (version 4, RFC 9562) of this chance, so that a seed gives the same ones again. */
export function uuid(random: Random): string {
  const hex = random.text(32, "0123456789abcdef");
  const variant = "89ab"[random.below(4)] ?? "8";
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20)].join("-");
}
