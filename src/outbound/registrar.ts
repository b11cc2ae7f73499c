import type { Clock, Millis } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { err, ok } from "../base/result.ts";
import { signingSecretTexts } from "../base/signing-secret.ts";
import { Turnstile } from "../base/turnstile.ts";
import type { EndpointSettings, Settings } from "../config/settings.ts";
import type { Actor, Fact } from "../journal/facts.ts";
import type { Journal } from "../journal/journal.ts";
import {
  type EndpointId,
  type EndpointStatus,
  endpointId,
  type OwedReads,
} from "../journal/sending.ts";
import { forGood, planEndpoints } from "./configured.ts";
import {
  type Endpoint,
  type Making,
  makeEndpoint,
  STANDING_NEW,
  type Standing,
  storedOf,
} from "./endpoint.ts";
import { hasLostSealed, SEALED_LOST, sayLocked } from "./locked.ts";
import {
  IS_DISABLED,
  inConfiguration,
  invalid,
  NO_ENDPOINT,
  nameTaken,
  secretInConfiguration,
  tooMany,
  wrongStatus,
} from "./refusals.ts";
import type { Registry } from "./registry.ts";
import type { Seal } from "./seal.ts";
import type { EndpointPatch, SendingResult } from "./sending.ts";
import { newSecret, rotated } from "./sign.ts";
import { nameFault, secretFault, settingsFault } from "./validate.ts";

export interface RegistrarDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly journal: Pick<Journal, "record" | "appendTogether">;
  readonly owed: Pick<OwedReads, "endpointStates">;
  readonly seal: Seal;
  readonly registry: Registry;
  /** Since when an endpoint has only failed. */
  readonly failing: Map<EndpointId, Millis>;
  settings(): Settings;
  /** It came, went or changed; `null`: any may have. */
  changed(id: EndpointId | null): void;
  /** An operator says that it works again. */
  revived(id: EndpointId): void;
}

const ENDPOINTS_MAX = 10_000;
const ID_CHARS = 20;
const OVERLAP_MS_MAX = 30 * 86_400_000;
/** Facts in one commit. */
const TOGETHER_MAX = 1_000;

/** The book of endpoints: journaled first, in memory then, and one change at a time. */
export class Registrar {
  readonly #deps: RegistrarDeps;
  readonly #turnstile = new Turnstile();

  constructor(deps: RegistrarDeps) {
    this.#deps = deps;
  }

  /** Reads what the journal knows and brings it in line with the configuration. */
  load(): Promise<void> {
    return this.#turnstile.run(async () => {
      const { clock, random, seal, owed, registry, failing, log } = this.#deps;
      const rows = await owed.endpointStates();
      const configured = this.#deps.settings().endpoints;
      const plan = planEndpoints({ rows, configured, seal, random, now: clock.now() });
      for (let from = 0; from < plan.facts.length; from += TOGETHER_MAX)
        await this.#record(plan.facts.slice(from, from + TOGETHER_MAX));
      failing.clear();
      for (const { id, failingSince: since } of rows) if (since !== null) failing.set(id, since);
      registry.replace(plan.endpoints.map(([making, standing]) => this.#make(making, standing)));
      for (const name of plan.secretsMade)
        log.warn("an endpoint has no secret, and one was made; rotate-secret shows a new one", {
          name,
        });
      sayLocked(log, registry.all());
      this.#deps.changed(null);
    });
  }

  create(
    name: string,
    settings: EndpointSettings,
    by: Actor,
  ): SendingResult<{ readonly id: EndpointId; readonly secret: string | null }> {
    return this.#turnstile.run(async () => {
      const { clock, random, registry } = this.#deps;
      const fault = nameFault(name) ?? settingsFault(settings, this.#deps.settings().publicUrl);
      if (fault !== null) return err(fault);
      if (registry.named(name) !== null) return err(nameTaken(name));
      if (registry.all().length >= ENDPOINTS_MAX) return err(tooMany(ENDPOINTS_MAX));
      const pulls = settings.strategy === "pull" && settings.secret === null;
      const secret = pulls ? null : (settings.secret ?? newSecret(random));
      const secrets = signingSecretTexts(secret ?? "").map(forGood);
      const id = endpointId(`ep_${random.text(ID_CHARS)}`);
      const making: Making = { id, name, origin: "api", settings, secrets, createdAt: clock.now() };
      const paused = settings.paused ? [this.#setFact(id, "paused", null, by)] : [];
      await this.#record([this.#putFact(making, by), ...paused]);
      const standing = settings.paused
        ? { ...STANDING_NEW, status: "paused" as const }
        : STANDING_NEW;
      this.#put(making, standing);
      return ok({ id, secret });
    });
  }

  patch(endpoint: Endpoint, change: EndpointPatch, by: Actor): SendingResult<null> {
    return this.#turnstile.run(async () => {
      if (endpoint.origin === "config") return err(inConfiguration(endpoint.name));
      // Whoever came before may have removed it: what is put then would be there again.
      const now = this.#deps.registry.get(endpoint.id);
      if (now === null) return err(NO_ENDPOINT);
      if (change.paused === true && now.status === "disabled") return err(wrongStatus(IS_DISABLED));
      if (now.locked !== null && now.secrets.length === 0 && now.settings.strategy !== "pull")
        return err(wrongStatus(now.locked));
      const settings: EndpointSettings = { ...now.settings, ...change };
      const fault = settingsFault(settings, this.#deps.settings().publicUrl);
      if (fault !== null) return err(fault);
      const given = change.secret ?? null;
      const secrets = given === null ? now.secrets : signingSecretTexts(given).map(forGood);
      if (settings.strategy !== "pull" && secrets.length === 0)
        return err(invalid("secret", "What is pushed is signed: give it a secret, whsec_… ."));
      const making = { ...bare(now), settings, secrets };
      await this.#record([this.#putFact(making, by)]);
      this.#put(making, now);
      if (change.paused !== undefined && change.paused !== (now.status === "paused"))
        await this.#setNow(now.id, change.paused ? "paused" : "enabled", null, by);
      return ok(null);
    });
  }

  remove({ id, origin, name }: Endpoint, by: Actor): SendingResult<null> {
    return this.#turnstile.run(async () => {
      if (origin === "config") return err(inConfiguration(name));
      if (this.#deps.registry.get(id) === null) return err(NO_ENDPOINT);
      await this.#record([{ kind: "endpoint_removed", at: this.#deps.clock.now(), id, by }]);
      this.#deps.registry.remove(id);
      this.#deps.failing.delete(id);
      this.#deps.changed(id);
      return ok(null);
    });
  }

  /** The new secret signs at once, the old ones beside it for the overlap. */
  rotate(
    { id, name, origin }: Endpoint,
    { secret: given, overlapMs }: { readonly secret: string | null; readonly overlapMs: number },
    by: Actor,
  ): SendingResult<{ readonly secret: string; readonly previousUntil: Millis }> {
    return this.#turnstile.run(async () => {
      const { clock, random, registry } = this.#deps;
      const now = registry.get(id);
      if (now === null) return err(NO_ENDPOINT);
      if (origin === "config" && (this.#deps.settings().endpoints[name]?.secret ?? null) !== null)
        return err(secretInConfiguration(name));
      const fault = secretFault(given);
      if (fault !== null) return err(fault);
      const at = clock.now();
      const previousUntil = at + Math.min(Math.max(overlapMs, 0), OVERLAP_MS_MAX);
      const secret = given ?? newSecret(random, now.keys[0]?.version ?? "v1");
      const secrets = rotated(now.secrets, secret, at, previousUntil);
      const making = { ...bare(now), secrets };
      const rests = hasLostSealed(now) && now.status === "enabled";
      const standing = rests ? { status: "paused" as const, statusReason: SEALED_LOST } : now;
      const paused = rests ? [this.#setFact(id, "paused", SEALED_LOST, by)] : [];
      await this.#record([this.#putFact(making, by), ...paused]);
      this.#put(making, standing);
      return ok({ secret, previousUntil });
    });
  }

  set(endpoint: Endpoint, status: EndpointStatus, reason: string | null, by: Actor): Promise<void> {
    return this.#turnstile.run(() => this.#setNow(endpoint.id, status, reason, by));
  }

  /** Sending decided so, and it is journaled already. */
  disabled(id: EndpointId, reason: string): void {
    this.#deps.registry.change(id, { status: "disabled", statusReason: reason });
    this.#deps.changed(id);
  }

  async #setNow(
    id: EndpointId,
    status: EndpointStatus,
    reason: string | null,
    by: Actor,
  ): Promise<void> {
    await this.#record([this.#setFact(id, status, reason, by)]);
    this.#deps.registry.change(id, { status, statusReason: reason });
    if (status === "enabled") this.#deps.failing.delete(id);
    this.#deps.changed(id);
    if (status === "enabled") this.#deps.revived(id);
  }

  async #record(facts: readonly Fact[]): Promise<void> {
    const { journal } = this.#deps;
    const [first] = facts;
    if (first !== undefined && facts.length === 1) await journal.record(first);
    else if (first !== undefined) await journal.appendTogether([], facts);
  }

  #put(making: Making, standing: Standing): void {
    this.#deps.registry.put(this.#make(making, standing));
    this.#deps.changed(making.id);
  }

  /** What cannot work is not sent to, and says why, rather than failing with every try. */
  #make(making: Making, standing: Standing): Endpoint {
    const endpoint = makeEndpoint(making, standing);
    const fault = settingsFault(making.settings, this.#deps.settings().publicUrl);
    if (endpoint.locked !== null || fault === null) return endpoint;
    return { ...endpoint, locked: fault.detail };
  }

  #putFact(making: Making, by: Actor): Fact {
    const { clock, seal } = this.#deps;
    const endpoint = storedOf(making, seal);
    return { kind: "endpoint_put", at: clock.now(), id: making.id, endpoint, by };
  }

  #setFact(id: EndpointId, status: EndpointStatus, reason: string | null, by: Actor): Fact {
    return { kind: "endpoint_set", at: this.#deps.clock.now(), id, status, reason, by };
  }
}

/** What makes it, without what is known of it beside. */
const bare = ({ id, name, origin, settings, secrets, createdAt }: Endpoint): Making => ({
  id,
  name,
  origin,
  settings,
  secrets,
  createdAt,
});
