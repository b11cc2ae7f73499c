import type { Millis } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { EndpointId } from "../journal/sending.ts";
import { exhausted, within } from "../supervise/budget.ts";
import { activityOf } from "./activity.ts";
import { Courier, type CourierDeps } from "./courier.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Registry } from "./registry.ts";
import type { EndpointActivity } from "./sending.ts";

/** Falls of one courier that are mended by beginning anew. */
const BUDGET = { intensity: 5, periodMs: 60_000 };
const REST_MS_FIRST = 100;
const REST_MS_MAX = 10_000;
/** What a courier that fell gives to those of its requests that are under way. */
const FALLEN_GRACE_MS = 1_000;

export interface FleetDeps extends Omit<CourierDeps, "endpoint" | "fell"> {
  readonly registry: Registry;
}

/** One endpoint's courier, and what became of those before it. */
interface Post {
  courier: Courier;
  falls: Millis[];
  /** It fell, and its successor has not begun. */
  fallen: boolean;
  /** It fell too often: an operator must look. */
  halted: boolean;
}

/**
 * A courier for each endpoint that is sent anything. One that falls is built anew from the journal after a rest that
 * doubles; one that falls more than five times in a minute is halted, until somebody resumes the endpoint. Others never
 * notice.
 */
export class Fleet {
  readonly #deps: FleetDeps;
  readonly #posts = new Map<EndpointId, Post>();
  #running = false;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = true;
    this.refresh(null);
  }

  /** Resolves once nothing is under way any more, or was given back. */
  async stop(graceMs: number): Promise<void> {
    this.#running = false;
    const couriers = [...this.#posts.values()].map(({ courier }) => courier);
    this.#posts.clear();
    await Promise.all(couriers.map((courier) => courier.stop(graceMs)));
  }

  /** Endpoints came, went or changed; `null`: any of them. */
  refresh(changed: EndpointId | null): void {
    if (!this.#running) return;
    const { registry } = this.#deps;
    const all = (): EndpointId[] => [...this.#posts.keys(), ...registry.all().map(({ id }) => id)];
    for (const id of changed === null ? new Set(all()) : [changed]) {
      if (registry.get(id) === null) this.#dismiss(id);
      else {
        if (!this.#posts.has(id)) this.#posts.set(id, this.#newPost(id));
        this.wake(id);
      }
    }
  }

  #dismiss(id: EndpointId): void {
    const post = this.#posts.get(id);
    this.#posts.delete(id);
    void post?.courier.stop(0);
  }

  /** Something is owed to it: see the courier's. */
  wake(id: EndpointId, where: "anywhere" | "at the end" = "anywhere"): void {
    const post = this.#posts.get(id);
    if (post !== undefined && !post.fallen) post.courier.wake(where);
  }

  /** An operator says that it works again: also a halted one begins anew. */
  revive(id: EndpointId): void {
    const post = this.#posts.get(id);
    if (post === undefined) return;
    if (post.halted) {
      post.halted = false;
      post.falls = [];
      this.#begin(id, post);
    } else if (!post.fallen) post.courier.revive();
  }

  /** Settled from elsewhere. */
  drop(id: EndpointId, event: Seq): void {
    this.#posts.get(id)?.courier.drop(event);
  }

  isSending(id: EndpointId, event: Seq): boolean {
    return this.#posts.get(id)?.courier.isSending(event) ?? false;
  }

  activity(endpoint: Endpoint): EndpointActivity {
    const post = this.#posts.get(endpoint.id);
    const doing = post === undefined || post.halted ? null : post.courier.doing();
    return activityOf(endpoint, doing, this.#deps.clock);
  }

  #newPost(id: EndpointId): Post {
    const courier = this.#newCourier(id);
    return { courier, falls: [], fallen: false, halted: false };
  }

  #newCourier(id: EndpointId): Courier {
    const courier: Courier = new Courier({
      ...this.#deps,
      endpoint: () => sendable(this.#deps.registry.get(id)),
      fell: (reason) => void this.#fell(id, courier, reason),
    });
    return courier;
  }

  async #fell(id: EndpointId, courier: Courier, reason: unknown): Promise<void> {
    const post = this.#posts.get(id);
    if (post?.courier !== courier || post.fallen) return;
    const { clock, log } = this.#deps;
    post.fallen = true;
    log.error("sending to an endpoint broke", { endpoint: id, reason: textOf(reason) });
    await courier.stop(FALLEN_GRACE_MS);
    const now = clock.now();
    if (exhausted(post.falls, now, BUDGET)) {
      post.halted = true;
      log.error("alert: sending to an endpoint broke too often and is halted; resume it to go on", {
        endpoint: id,
      });
      return;
    }
    post.falls = [...within(post.falls, now, BUDGET), now];
    const restMs = Math.min(REST_MS_FIRST * 2 ** (post.falls.length - 1), REST_MS_MAX);
    clock.after(restMs, () => this.#begin(id, post));
  }

  #begin(id: EndpointId, post: Post): void {
    if (!this.#running || this.#posts.get(id) !== post) return;
    post.courier = this.#newCourier(id);
    post.fallen = false;
    post.courier.wake();
  }
}

/** Whether anything is pushed to it as it stands. */
function sendable(endpoint: Endpoint | null): Endpoint | null {
  if (endpoint === null || endpoint.status !== "enabled" || endpoint.locked !== null) return null;
  return endpoint.settings.strategy === "pull" ? null : endpoint;
}

const textOf = (reason: unknown): string =>
  reason instanceof Error ? (reason.stack ?? reason.message).slice(0, 2_000) : String(reason);
