import { join, resolve } from "node:path";
import type { Rig } from "./rig.ts";

const HERE = resolve(import.meta.dir);

interface Arrivals {
  /** All that arrived. */
  readonly count: number;
  /** Those after what was skipped, and how long they took, ms. */
  readonly counted: number;
  readonly ms: number;
}

/** Who is sent to, in a process of its own that serves both sides of a comparison. */
export class ReceivingEnd {
  readonly url: string;

  static async start(rig: Rig): Promise<ReceivingEnd> {
    const { url } = await rig.child(join(HERE, "receiver.ts"));
    return new ReceivingEnd(url);
  }

  private constructor(url: string) {
    this.url = url;
  }

  async arrivals(skipMs = 0): Promise<Arrivals> {
    const answer = await fetch(`${this.url}/arrivals?skip=${skipMs}`);
    return (await answer.json()) as Arrivals;
  }

  async forget(): Promise<void> {
    await fetch(`${this.url}/arrivals`, { method: "DELETE" });
  }

  /** Requests a second after a warm-up. */
  async rate(warmUpS: number): Promise<number> {
    const { counted, ms } = await this.arrivals(warmUpS * 1_000);
    if (counted < 2 || ms <= 0)
      throw new Error("the figure is void: nothing came after the warm-up");
    return counted / (ms / 1_000);
  }

  /** Waits until so many have arrived. */
  async has(count: number): Promise<void> {
    while ((await this.arrivals()).count < count) await Bun.sleep(LOOK_EVERY_MS);
  }
}

const LOOK_EVERY_MS = 20;
