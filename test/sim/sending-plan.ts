import type { Random } from "../../src/base/random.ts";
import type { EndpointSettings } from "../../src/config/settings.ts";
import { endpointSettings } from "../support/outbound-world.ts";

/** How likely each mischief is; each seed leaves some of them out altogether. */
export interface Mischief {
  readonly refuses: number;
  readonly hangs: number;
  /** Takes it, and the answer is lost. */
  readonly resets: number;
  readonly throttles: number;
  readonly dies: number;
  readonly lateMs: number;
}

export const CALM: Mischief = { refuses: 0, hangs: 0, resets: 0, throttles: 0, dies: 0, lateMs: 5 };

export function drawMischief(random: Random): Mischief {
  const some = (most: number) => (random.unit() < 0.4 ? 0 : random.unit() * most);
  return {
    refuses: some(0.3),
    hangs: some(0.1),
    resets: some(0.3),
    throttles: some(0.1),
    dies: some(0.08),
    lateMs: 1 + random.below(60),
  };
}

export function drawEndpoints(random: Random): Readonly<Record<string, EndpointSettings>> {
  const retry = { ...endpointSettings().retry, attempts: 60, delaysMs: [500, 2_000, 8_000] };
  const drawn = Array.from({ length: 1 + random.below(3) }, (_, n) => {
    const settings = endpointSettings({
      url: `https://e${n}.example/`,
      types: random.below(2) === 0 ? ["*"] : ["t.1", "t.2"],
      order: random.below(2) === 0 ? "connection" : "none",
      strategy: random.below(3) === 0 ? "batch" : "push",
      batch: { items: 1 + random.below(5), waitMs: random.below(500) },
      concurrency: 1 + random.below(4),
      timeoutMs: 1_500,
      rateLimit: random.below(4) === 0 ? { perSecond: 20, burst: 5 } : null,
      retry,
    });
    return [`e${n}`, settings] as const;
  });
  return Object.fromEntries(drawn);
}
