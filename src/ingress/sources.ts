import type { Clock, Millis } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { invariant } from "../base/result.ts";
import { TokenBucket } from "../base/token-bucket.ts";
import type { Settings, SourceSettings } from "../config/settings.ts";
import { presetByName } from "../providers/index.ts";
import type { Preset, Provider, ProviderDeps } from "../providers/provider.ts";
import { openProvisional } from "./provisional.ts";
import { recognising } from "./recognising.ts";

/** A source that is ready to receive: keys imported, bucket filled. */
export interface Source {
  readonly name: string;
  readonly provider: Provider;
  readonly bodyBytesMax: number;
  readonly bucket: TokenBucket | null;
  /** Events are complete as soon as they are journaled: nobody processes them here. */
  readonly settled: boolean;
  /**
   * Whether a webhook is a hint that its connection's state is to be fetched: `only` that, and then it is
   * complete as soon as it is journaled, or an event like any other `also`.
   */
  readonly hints: "no" | "only" | "also";
  /** A request whose keys cannot be asked for is taken and verified later. */
  readonly holds: boolean;
  /** Text bodies are taken as they are: only unverified, in development. */
  readonly takesText: boolean;
  /** For `Allow`. */
  readonly methods: readonly string[];
  /** As the provider knows us, without a trailing slash; `null`: as the request says. */
  readonly publicUrl: string | null;
}

/** A secret that matched: which, and when last. */
export interface SecretUse {
  readonly source: string;
  readonly fingerprint: string;
  readonly at: Millis;
}

const NAME = /^[a-z0-9-]{1,64}$/;
/** Sources that `dev` opens by being called: a stray scanner must not fill the memory. */
const PROVISIONAL_MAX = 1_000;

/** The sources by name. Replaced as a whole, so that each request sees one configuration from end to end. */
export class SourceTable {
  readonly #clock: Clock;
  readonly #providers: ProviderDeps;
  #sources: Map<string, Source>;
  #provisional = new Map<string, Source>();
  readonly #log: Log | null;
  /** Of provisional sources: as bounded as they are. */
  readonly #recognised = new Map<string, Preset>();
  #settings: Settings;
  readonly #uses = new Map<string, SecretUse>();

  constructor(
    settings: Settings,
    deps: { readonly clock: Clock; readonly providers: ProviderDeps; readonly log?: Log },
  ) {
    this.#clock = deps.clock;
    this.#providers = deps.providers;
    this.#log = deps.log ?? null;
    this.#settings = settings;
    this.#sources = this.#open(settings, new Map());
  }

  /** Takes a new configuration at once, or throws and keeps the old one. Rate limits that did not change go on where they were. */
  replace(settings: Settings): void {
    this.#sources = this.#open(settings, this.#sources);
    this.#settings = settings;
    this.#provisional = new Map();
  }

  /** The source of this name; in development any good name is one, unverified. */
  find(name: string): Source | null {
    const known = this.#sources.get(name) ?? this.#provisional.get(name);
    if (known !== undefined) return known;
    if (!this.#settings.development || !NAME.test(name)) return null;
    if (this.#provisional.size >= PROVISIONAL_MAX) return null;
    const settings = openProvisional(name);
    const opened = this.#prepare(settings, this.#settings, undefined);
    const noticed = (preset: Preset): void => this.#notice(name, preset);
    const provider = recognising(opened.provider, settings, this.#providers, noticed);
    this.#provisional.set(name, { ...opened, provider });
    return this.#provisional.get(name) ?? null;
  }

  /** In development: whose requests came last to a name that nobody configured. */
  recognised(name: string): Preset | null {
    return this.#recognised.get(name) ?? null;
  }

  names(): readonly string[] {
    return [...this.#sources.keys(), ...this.#provisional.keys()];
  }

  noteSecretUse(source: string, fingerprint: string, at: Millis): void {
    this.#uses.set(`${source}/${fingerprint}`, { source, fingerprint, at });
  }

  /** What matched since the last call: to be journaled about once a minute. */
  takeSecretUses(): readonly SecretUse[] {
    const uses = [...this.#uses.values()];
    this.#uses.clear();
    return uses;
  }

  #notice(name: string, preset: Preset): void {
    if (this.#recognised.get(name) === preset) return;
    this.#recognised.set(name, preset);
    const { name: provider, title } = preset;
    this.#log?.info(`what comes to /in/${name} looks like ${title}'s`, { source: name, provider });
  }

  #open(settings: Settings, before: ReadonlyMap<string, Source>): Map<string, Source> {
    const sources = new Map<string, Source>();
    for (const source of Object.values(settings.sources)) {
      sources.set(source.name, this.#prepare(source, settings, before.get(source.name)));
    }
    return sources;
  }

  #prepare(source: SourceSettings, settings: Settings, before: Source | undefined): Source {
    const preset = presetByName(source.provider);
    invariant(
      preset !== undefined,
      `the configuration was checked: provider ${source.provider} exists`,
    );
    const provider = preset.open(source, this.#providers);
    return {
      name: source.name,
      provider,
      bodyBytesMax: source.bodyBytesMax,
      bucket: this.#bucket(source, before),
      settled: !source.handler && source.schemas.length === 0 && source.onStale === "process",
      hints: hintsOf(source, preset),
      holds: source.whenUnavailable === "hold",
      takesText: settings.development && source.verify?.scheme === "none",
      methods: ["POST", ...provider.methods.filter((method) => method !== "POST"), "OPTIONS"],
      publicUrl: settings.publicUrl,
    };
  }

  #bucket({ rateLimit }: SourceSettings, before: Source | undefined): TokenBucket | null {
    if (rateLimit === null) return null;
    const old = before?.bucket?.rate;
    const unchanged = old?.perSecond === rateLimit.perSecond && old.burst === rateLimit.burst;
    if (unchanged && before?.bucket) return before.bucket;
    return new TokenBucket(rateLimit, this.#clock.monotonic());
  }
}

/** Of a source whose state is fetched; functions of the team's own that list events replace that. */
function hintsOf(source: SourceSettings, preset: Preset): Source["hints"] {
  const { reconcile } = source;
  if (reconcile === null || reconcile.list || reconcile.fetch) return "no";
  const recovery = preset.recovery?.(source);
  if (recovery?.kind !== "state" || recovery.lacks !== null) return "no";
  return recovery.webhooksAreEvents === true ? "also" : "only";
}
