import type { Millis } from "../base/clock.ts";
import type { Seq } from "../base/ids.ts";
import type { DeliveryRef, EndpointStatus, StoredEndpoint, StoredReply } from "./sending.ts";
import type { Actor, EndpointId, ErrorFact } from "./terms.ts";

/** What the journal is told of sending. */
export type SendingFact =
  /** Registered or changed: the whole of it, last one wins. A new one is enabled. */
  | {
      readonly kind: "endpoint_put";
      readonly at: Millis;
      readonly id: EndpointId;
      readonly endpoint: StoredEndpoint;
      readonly by: Actor;
    }
  /** Gone: what it is owed is cancelled. */
  | {
      readonly kind: "endpoint_removed";
      readonly at: Millis;
      readonly id: EndpointId;
      readonly by: Actor;
    }
  /** `disabled` ones get no new deliveries; what `paused` and `disabled` ones are owed waits. */
  | {
      readonly kind: "endpoint_set";
      readonly at: Millis;
      readonly id: EndpointId;
      readonly status: EndpointStatus;
      readonly reason: string | null;
      readonly by: Actor;
    }
  /** One try at one delivery. Of a batch there is one fact for each. */
  | {
      readonly kind: "tried";
      readonly at: Millis;
      readonly delivery: DeliveryRef;
      /** From 1, counted since it was created or resent. */
      readonly attempt: number;
      /** `confirming`: accepted, and the subscriber has until `nextAt` to say that it is done. */
      readonly outcome: "delivered" | "confirming" | "retry" | "failed";
      /** When it is tried again, or when the confirmation is late; `null` when settled. */
      readonly nextAt: Millis | null;
      readonly startedAt: Millis;
      readonly durationMs: number;
      readonly error: ErrorFact | null;
      /** As sent, without what is secret. */
      readonly requestHeaders: readonly (readonly [string, string])[];
      readonly reply: StoredReply | null;
    }
  /** The subscriber said that it is done. */
  | { readonly kind: "confirmed"; readonly at: Millis; readonly delivery: DeliveryRef }
  /**
   * To be sent (again) at once, with attempts counted anew: settled deliveries, or ones that did not exist
   * (an event sent to one endpoint on request). Takes a place for each: a settled one's new position.
   */
  | {
      readonly kind: "resent";
      readonly at: Millis;
      readonly deliveries: readonly DeliveryRef[];
      readonly by: Actor;
    }
  | {
      readonly kind: "delivery_cancelled";
      readonly at: Millis;
      readonly deliveries: readonly DeliveryRef[];
      readonly reason: string;
      readonly by: Actor;
    }
  /**
   * Pull: this event, and everything that came to be owed before it did (`OwedDelivery.made`), is delivered. Not by
   * the events' own order: one that settles late comes to be owed after younger ones, and nobody has seen it yet.
   */
  | {
      readonly kind: "acked";
      readonly at: Millis;
      readonly endpoint: EndpointId;
      readonly upTo: Seq;
      readonly by: Actor;
    }
  /** Pull: everything that came to be owed after this event did is owed again (0: everything), also what was acknowledged. */
  | {
      readonly kind: "sought";
      readonly at: Millis;
      readonly endpoint: EndpointId;
      readonly after: Seq;
      readonly by: Actor;
    };
