import type { Clock, Millis } from "../base/clock.ts";
import type { HttpClient } from "../base/http/client.ts";
import { Tokens } from "../base/http/oauth2.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Settings } from "../config/settings.ts";
import type { Journal, Reads } from "../journal/journal.ts";
import type { EndpointId, Fannable, FanOut, OwedReads, SendingReads } from "../journal/sending.ts";
import { Confirming, ConfirmUrls } from "./confirmations.ts";
import { Desk } from "./desk.ts";
import { Fleet } from "./fleet.ts";
import { Lines } from "./lines.ts";
import { NONE } from "./matching.ts";
import { Outcomes } from "./outcomes.ts";
import { Publisher } from "./publisher.ts";
import { Puller } from "./puller.ts";
import { Recorder } from "./recorder.ts";
import { Registrar } from "./registrar.ts";
import { Registry } from "./registry.ts";
import type { Seal } from "./seal.ts";
import { Sender } from "./sender.ts";
import type { Confirmations, EndpointActivity, Pulling, Sending } from "./sending.ts";

export interface OutboundDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly journal: Journal;
  readonly reads: Pick<Reads, "event"> & SendingReads;
  readonly owed: OwedReads;
  readonly http: HttpClient;
  readonly seal: Seal;
  /** Of this program, for `user-agent`. */
  readonly version: string;
  /** The configuration as it is now: a reload replaces it. */
  settings(): Settings;
}

/**
 * Everything that is sent: endpoints, what they are owed, and what can be done about it. Receiving and mailboxes ask
 * `fanOut` whom an event is owed to before they journal it, and tell it afterwards; nothing else of sending is known to
 * them. Until `start` has resolved nothing matches.
 */
export class Outbound {
  readonly fanOut: FanOut;
  readonly sending: Sending;
  readonly pulling: Pulling;
  readonly confirmations: Confirmations;
  readonly #registry = new Registry();
  readonly #registrar: Registrar;
  readonly #fleet: Fleet;
  readonly #puller: Puller;

  constructor(deps: OutboundDeps) {
    const { clock, random, log, journal, reads, owed, http, seal } = deps;
    const registry = this.#registry;
    const failing = new Map<EndpointId, Millis>();
    const publicUrl = (): string | null => deps.settings().publicUrl;
    const urls = new ConfirmUrls({ seal, publicUrl });
    const tokens = new Tokens({ client: http, clock });
    const agent = `Longstop/${deps.version}`;
    const sender = new Sender({ clock, http, tokens, confirmUrls: urls, agent });
    const recorder = new Recorder({ clock, log, journal });
    const disabled = (id: EndpointId, reason: string): void => this.#registrar.disabled(id, reason);
    const outcomes = new Outcomes({ clock, log, recorder, failing, disabled });
    const lines = new Lines();
    this.#fleet = new Fleet({
      clock,
      random,
      log,
      journal,
      owed,
      sender,
      outcomes,
      lines,
      registry,
    });
    this.#registrar = new Registrar({
      ...deps,
      registry,
      failing,
      changed: (id) => this.#fleet.refresh(id),
      revived: (id) => this.#fleet.revive(id),
    });
    this.#puller = new Puller({ clock, log, registry, journal, owed, reads });
    this.fanOut = {
      match: (event: Fannable) => registry.match(event),
      owed: (ids) => this.#owed(ids, "at the end"),
    };
    const { fanOut } = this;
    const publisher = new Publisher({ clock, random, journal, reads, fanOut });
    this.sending = new Desk({
      clock,
      journal,
      reads,
      registry,
      registrar: this.#registrar,
      fleet: this.#fleet,
      publisher,
      // What is sent again keeps its place when it is still owed.
      fanOut: { owed: (ids) => this.#owed(ids, "anywhere") },
    });
    this.pulling = this.#puller;
    const confirmed: FleetDrop = (id, event) => this.#confirmed(failing, id, event);
    this.confirmations = new Confirming({ clock, urls, journal, reads, confirmed });
  }

  /** Resolves once all endpoints are known; rejects with what the journal rejects with. */
  async start(): Promise<void> {
    this.#puller.start();
    await this.#registrar.load();
    this.#fleet.start();
  }

  /** Begins nothing more; what is under way has `graceMs` and is then given back to the journal. */
  async stop(graceMs: number): Promise<void> {
    this.#puller.stop();
    await this.#fleet.stop(graceMs);
  }

  /** The configuration was replaced: resolves once endpoints are as it says. */
  reconfigured(): Promise<void> {
    return this.#registrar.load();
  }

  /** What is done for each endpoint right now, for counters and for who looks after the process. */
  states(): readonly { readonly id: EndpointId; readonly activity: EndpointActivity }[] {
    return this.#registry
      .all()
      .map((endpoint) => ({ id: endpoint.id, activity: this.#fleet.activity(endpoint) }));
  }

  #owed(ids: readonly EndpointId[], where: "anywhere" | "at the end"): void {
    if (ids === NONE) return;
    for (const id of ids) {
      this.#fleet.wake(id, where);
      this.#puller.wake(id);
    }
  }

  #confirmed(
    failing: Map<EndpointId, Millis>,
    id: EndpointId,
    event: Parameters<FleetDrop>[1],
  ): void {
    failing.delete(id);
    this.#fleet.drop(id, event);
  }
}

type FleetDrop = (id: EndpointId, event: Parameters<Fleet["drop"]>[1]) => void;
