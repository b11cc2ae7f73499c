import { createHash } from "node:crypto";
import type { Millis } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { signingSecretTexts } from "../base/signing-secret.ts";
import type { EndpointSettings } from "../config/settings.ts";
import { type EndpointId, type EndpointRow, endpointId } from "../journal/sending.ts";
import type { SendingFact } from "../journal/sending-facts.ts";
import {
  type Making,
  openSealed,
  openStored,
  STANDING_NEW,
  type Standing,
  storedOf,
} from "./endpoint.ts";
import type { Seal } from "./seal.ts";
import { type KeptSecret, newSecret } from "./sign.ts";

/** Who puts and removes what stands in the configuration. */
export const CONFIGURATION = "config";
/** Why an endpoint rests that has `paused: true` there. */
export const PAUSED_THERE = "It is paused in the configuration.";

const ID_HEX = 24;

/** Of a configured endpoint, from its name: the same in every life and on every machine. */
export const configuredId = (name: string): EndpointId =>
  endpointId(`ep_${createHash("sha256").update(`config:${name}`).digest("hex").slice(0, ID_HEX)}`);

export interface Plan {
  /** What the journal has to be told, in one go. */
  readonly facts: readonly SendingFact[];
  /** All endpoints as they are then. */
  readonly endpoints: readonly (readonly [Making, Standing])[];
  /** Configured ones without a secret, for which one was made now. */
  readonly secretsMade: readonly string[];
}

interface Given {
  readonly rows: readonly EndpointRow[];
  readonly configured: Readonly<Record<string, EndpointSettings>>;
  readonly seal: Seal;
  readonly random: Random;
  readonly now: Millis;
}

/**
 * What the journal knows against what the configuration says. A new one is registered; one that is gone from it is
 * removed, and what it was owed is cancelled: an endpoint that should only rest is `paused`. What operators did (disabled,
 * paused) stays; `paused` in the configuration comes and goes with it. Those of run time are left as they are.
 */
export function planEndpoints(given: Given): Plan {
  const facts: SendingFact[] = [];
  const endpoints: (readonly [Making, Standing])[] = [];
  const secretsMade: string[] = [];
  const known = new Map(given.rows.map((row) => [row.id, row]));
  for (const [name, settings] of Object.entries(given.configured)) {
    const row = known.get(configuredId(name));
    const [making, made] = makingOf(name, settings, row, given);
    if (made) secretsMade.push(name);
    if (row === undefined || made) facts.push(put(making, given));
    const [standing, change] = standingOf(making.id, settings, row, given.now);
    facts.push(...change);
    endpoints.push([making, standing]);
    known.delete(making.id);
  }
  for (const row of known.values()) {
    const making = openStored(row.id, row.endpoint, given.seal);
    if (making !== null) endpoints.push([making, standingIn(row)]);
    else facts.push(removed(row.id, given.now));
  }
  return { facts, endpoints, secretsMade };
}

/** A configured endpoint with its secrets, and whether one had to be made. */
function makingOf(
  name: string,
  settings: EndpointSettings,
  row: EndpointRow | undefined,
  { seal, random, now }: Given,
): [Making, boolean] {
  const id = configuredId(name);
  const base = { id, name, origin: "config", settings, createdAt: row?.endpoint.createdAt ?? now };
  const making = (secrets: readonly KeptSecret[]) => ({ ...base, secrets }) as Making;
  if (settings.secret !== null)
    return [making(signingSecretTexts(settings.secret).map(forGood)), false];
  if (settings.strategy === "pull") return [making([]), false];
  const kept = row === undefined ? null : openSealed(id, row.endpoint, seal);
  if (kept?.ok === false) return [{ ...making([]), locked: kept.error }, false];
  if (kept !== null && kept.value.secrets.length > 0) return [making(kept.value.secrets), false];
  return [making([forGood(newSecret(random))]), true];
}

export const forGood = (text: string): KeptSecret => ({ text, until: null });

function standingOf(
  id: EndpointId,
  { paused }: EndpointSettings,
  row: EndpointRow | undefined,
  at: Millis,
): [Standing, SendingFact[]] {
  const now: Standing = row === undefined ? STANDING_NEW : standingIn(row);
  const pausedThere = now.status === "paused" && now.statusReason === PAUSED_THERE;
  if (paused === pausedThere || (paused && now.status !== "enabled")) return [now, []];
  const status = paused ? "paused" : "enabled";
  const reason = paused ? PAUSED_THERE : null;
  const fact = { kind: "endpoint_set", at, id, status, reason, by: CONFIGURATION } as const;
  return [{ ...now, status, statusReason: reason }, [fact]];
}

const standingIn = ({ status, statusReason }: EndpointRow): Standing => ({ status, statusReason });

const put = (making: Making, { seal, now }: Given): SendingFact => ({
  kind: "endpoint_put",
  at: now,
  id: making.id,
  endpoint: storedOf(making, seal),
  by: CONFIGURATION,
});

const removed = (id: EndpointId, at: Millis): SendingFact => ({
  kind: "endpoint_removed",
  at,
  id,
  by: CONFIGURATION,
});
