import { LIMITS } from "../../base/limits.ts";
import { formatFaults } from "../../config/fault.ts";
import type { Settings, SourceSettings, VerifySettings } from "../../config/settings.ts";
import type { Preset } from "../../providers/provider.ts";
import type { Call } from "../command.ts";
import { checkedUrl, urlOf } from "../connect.ts";
import { CliFailure, EXIT } from "../exit.ts";

/** For whom a sample is signed, and where it goes. */
export interface Target {
  readonly source: SourceSettings;
  /** Full URL of the source's path. */
  readonly url: string;
  /** The same as the provider knows it, which is what several sign: by the configuration's `publicUrl`. */
  readonly signedUrl: string;
}

/** Valid for every preset: text to some, base 64 behind `whsec_` to others. */
const SECRET_MADE_UP = `whsec_${btoa("longstop-development-only-secret")}`;
const PUBLIC_DEFAULT = "http://127.0.0.1:8080";

/**
 * The source that is meant: `--source`, else the only one of this provider. Without a configuration
 * (`dev` takes anything) one is made up, named like the provider.
 */
export async function choose(call: Call, preset: Preset): Promise<Target> {
  const { given } = call;
  const settings = await settingsHere(call);
  const secret = given.text("secret");
  const found =
    settings === null
      ? null
      : configured(settings, given.text("source"), preset, secret !== undefined);
  const base = found ?? madeUp(preset, given.text("source") ?? preset.name);
  const source = secret === undefined ? base : signedWith(base, secret);
  if (found === null && secret === undefined) {
    call.out.note(
      "No such source is configured here: signed with a made-up secret, which only `longstop dev` takes.",
    );
  }
  const own = settings === null ? PUBLIC_DEFAULT : urlOf(settings.listen.public);
  const to = given.text("to");
  const url = addressed(to, own, source.name);
  const known = to === undefined ? (settings?.publicUrl ?? null) : null;
  return { source, url, signedUrl: known === null ? url : known + new URL(url).pathname };
}

/** `--secret` and `--to` together say everything, so that faults here must not stand in the way. */
async function settingsHere({ given, io, deps }: Call): Promise<Settings | null> {
  const loaded = await deps.loadSettings({
    config: given.text("config") ?? null,
    cwd: io.cwd,
    env: io.env,
  });
  if (loaded === null) return null;
  if (loaded.ok) return loaded.value.settings;
  if (given.text("secret") !== undefined && given.text("to") !== undefined) return null;
  throw new CliFailure(
    EXIT.FAILED,
    formatFaults(loaded.error),
    "Mend it (`longstop check`), or give both --secret and --to.",
  );
}

function configured(
  settings: Settings,
  name: string | undefined,
  preset: Preset,
  elsewhere: boolean,
): SourceSettings | null {
  const own = Object.values(settings.sources).filter((source) => source.provider === preset.name);
  if (name === undefined) {
    if (own.length === 1 && own[0] !== undefined) return own[0];
    if (own.length === 0 && (settings.development || elsewhere)) return null;
    const what = own.length === 0 ? "no source" : `${own.length} sources`;
    throw new CliFailure(
      EXIT.USAGE,
      `the configuration has ${what} of the provider ${preset.name}`,
      own.length === 0
        ? "Add one, or give --secret and --to."
        : `Say which with --source: ${own.map((source) => source.name).join(", ")}.`,
    );
  }
  const found = Object.hasOwn(settings.sources, name) ? settings.sources[name] : undefined;
  if (found === undefined) {
    if (settings.development || elsewhere) return null;
    throw new CliFailure(
      EXIT.NOT_FOUND,
      `the configuration has no source \`${name}\``,
      `It has: ${Object.keys(settings.sources).join(", ") || "none"}.`,
    );
  }
  if (found.provider === preset.name) return found;
  throw new CliFailure(
    EXIT.USAGE,
    `the source \`${name}\` is of the provider ${found.provider}, not ${preset.name}`,
    `Use \`longstop send ${found.provider} …\`.`,
  );
}

/** `--to` with a path is the whole address; a bare server gets the source's path. */
function addressed(to: string | undefined, own: string, source: string): string {
  const base = to === undefined ? own : checkedUrl(to, "--to");
  const url = new URL(base);
  if (to !== undefined && url.pathname !== "/") return base;
  return `${url.origin}/in/${encodeURIComponent(source)}`;
}

/** A source whose every secret is this one, also those inside its scheme. */
function signedWith(source: SourceSettings, secret: string): SourceSettings {
  return {
    ...source,
    secrets: [secret],
    verify: source.verify === null ? null : schemeWith(source.verify, secret),
  };
}

function schemeWith(verify: VerifySettings, secret: string): VerifySettings {
  switch (verify.scheme) {
    case "hmac":
    case "standard-webhooks":
    case "bearer":
      return { ...verify, secrets: [secret] };
    case "basic":
      return { ...verify, passwords: [secret] };
    case "ed25519":
    case "ecdsa":
      return { ...verify, publicKeys: [secret] };
    case "jwt":
    case "oauth2":
    case "ip-allow-list":
    case "none":
      return verify;
    case "all":
    case "any":
      return { ...verify, of: verify.of.map((each) => schemeWith(each, secret)) };
  }
}

/** What signing looks at; the rest as the configuration's defaults have it. */
function madeUp(preset: Preset, name: string): SourceSettings {
  return {
    name,
    provider: preset.name,
    secrets: [SECRET_MADE_UP],
    publicKey: null,
    verifyToken: null,
    credentials: null,
    apiKey: null,
    baseUrl: null,
    whenUnavailable: "reject",
    verify: preset.needs.verify === "required" ? { scheme: "none" } : null,
    event: null,
    handler: false,
    schemas: [],
    order: "strict",
    onStale: "process",
    timeoutMs: 30_000,
    retry: {
      attempts: 5,
      baseMs: 1_000,
      factor: 2,
      maxMs: 3_600_000,
      jitter: "full",
      delaysMs: null,
    },
    rateLimit: null,
    bodyBytesMax: preset.bodyBytesMax ?? LIMITS.BODY_BYTES_DEFAULT,
    reconcile: null,
    supervise: { intensity: 5, periodMs: 60_000 },
  };
}
