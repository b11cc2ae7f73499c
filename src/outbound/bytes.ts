import type { Random } from "../base/random.ts";

/** `length` bytes of this chance: as strong as it is. */
export const drawBytes = (random: Random, length: number): Buffer =>
  Buffer.from(random.text(length * 2, "0123456789abcdef"), "hex");
