import type { Millis } from "../base/clock.ts";
import { compilePayloadFilter, type PayloadFilter } from "../base/payload-filter.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { EndpointAuth, EndpointSettings } from "../config/settings.ts";
import type { EndpointId, EndpointStatus, StoredEndpoint } from "../journal/sending.ts";
import type { Seal } from "./seal.ts";
import type { EndpointDefinition } from "./sending.ts";
import { type KeptSecret, openSecret, type SigningKey } from "./sign.ts";

/** An endpoint as sending works with it: everything resolved, compiled and opened once. */
export interface Endpoint {
  readonly id: EndpointId;
  readonly name: string;
  readonly origin: "config" | "api";
  /** `secret` is null here: see `secrets`. */
  readonly settings: EndpointSettings;
  /** The current one first; those that were replaced sign until their time is over. */
  readonly secrets: readonly KeptSecret[];
  readonly keys: readonly SigningKey[];
  readonly wants: PayloadFilter | null;
  readonly createdAt: Millis;
  readonly status: EndpointStatus;
  readonly statusReason: string | null;
  /** Why nothing can be sent to it until somebody mends it, in a sentence with the remedy. */
  readonly locked: string | null;
}

/** What of an endpoint is sealed. */
interface Secrets {
  readonly secrets: readonly KeptSecret[];
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: EndpointAuth | null;
}

type Open = Omit<EndpointSettings, "secret" | "headers" | "auth">;

/** What makes an endpoint, but for its status. */
export interface Making {
  readonly id: EndpointId;
  readonly name: string;
  readonly origin: "config" | "api";
  readonly settings: EndpointSettings;
  readonly secrets: readonly KeptSecret[];
  readonly createdAt: Millis;
  /** Why its secrets are not known. */
  readonly locked?: string;
}

export type Standing = Pick<Endpoint, "status" | "statusReason">;

export const STANDING_NEW: Standing = { status: "enabled", statusReason: null };

export function makeEndpoint(making: Making, standing: Standing): Endpoint {
  const { settings } = making;
  const keys: SigningKey[] = [];
  let locked = making.locked ?? null;
  for (const secret of making.secrets) {
    const key = openSecret(secret);
    if (key.ok) keys.push(key.value);
    else locked ??= key.error;
  }
  const filter = settings.filter === null ? null : compilePayloadFilter(settings.filter);
  if (filter?.ok === false) locked ??= `Its filter cannot be used: ${filter.error.detail}`;
  const { id, name, origin, secrets, createdAt } = making;
  const { status, statusReason } = standing;
  return {
    id,
    name,
    origin,
    settings: { ...settings, secret: null },
    secrets,
    keys,
    wants: filter?.ok ? filter.value : null,
    createdAt,
    status,
    statusReason,
    locked,
  };
}

/** As the journal keeps it: of a configured one only secrets that were made here. */
export function storedOf(making: Making, seal: Seal): StoredEndpoint {
  const { id, name, origin, settings, secrets, createdAt } = making;
  if (origin === "config") {
    const made = settings.secret === null && secrets.length > 0;
    const kept: Secrets = { secrets, headers: {}, auth: null };
    const sealed = made ? seal.seal(JSON.stringify(kept), id) : null;
    return { name, origin, definition: null, sealed, createdAt };
  }
  const { secret: _, headers, auth, ...open } = settings;
  const definition = JSON.stringify(open satisfies Open);
  const kept: Secrets = { secrets, headers, auth };
  return { name, origin, definition, sealed: seal.seal(JSON.stringify(kept), id), createdAt };
}

/** What was stored, opened. With a key that does not fit, the rest is still known. */
export function openStored(id: EndpointId, stored: StoredEndpoint, seal: Seal): Making | null {
  if (stored.definition === null) return null;
  const open = JSON.parse(stored.definition) as Open;
  const opened = openSealed(id, stored, seal);
  const { secrets, headers, auth } = opened.ok ? opened.value : NO_SECRETS;
  const settings: EndpointSettings = { ...open, secret: null, headers, auth };
  const { name, origin, createdAt } = stored;
  const making = { id, name, origin, settings, secrets, createdAt };
  return opened.ok ? making : { ...making, locked: opened.error };
}

const NO_SECRETS: Secrets = { secrets: [], headers: {}, auth: null };

/** What is sealed of an endpoint; nothing, where nothing is. */
export function openSealed(
  id: EndpointId,
  { sealed }: StoredEndpoint,
  seal: Seal,
): Result<Secrets, string> {
  if (sealed === null) return ok(NO_SECRETS);
  const text = seal.open(sealed, id);
  return text.ok ? ok(JSON.parse(text.value) as Secrets) : err(text.error);
}

/** Everything but its secrets. */
export function definitionOf({ settings }: Endpoint): EndpointDefinition {
  const { secret: _, headers, auth, ...open } = settings;
  return { ...open, headers: Object.keys(headers), auth: auth?.kind ?? null };
}
