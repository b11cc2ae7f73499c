import { dirname, resolve } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { httpUrl, listenAddress, network } from "./addresses.ts";
import { type Check, Fields, list, number, record, text } from "./check.ts";
import { endpointCheck } from "./endpoint.ts";
import type { Fault } from "./fault.ts";
import { Place, reportMissing } from "./place.ts";
import type { Address, Settings } from "./settings.ts";
import { type PresetNeeds, sourceCheck } from "./source.ts";
import { duration, size, slug } from "./values.ts";

const KEYS = [
  "listen",
  "publicUrl",
  "dataDir",
  "sources",
  "endpoints",
  "network",
  "handlers",
  "dedupe",
];
const KEYS_LATER: Readonly<Record<string, string>> = {
  journal: "is not offered in this version: the journal is a file in dataDir",
  retention: "is not offered in this version: nothing is deleted yet",
  alerts: "is not offered in this version: alerts go to the log",
};

const DAY_MS = 86_400_000;
/** Longer than any known provider goes on retrying. */
const DEDUPE_MS_DEFAULT = 30 * DAY_MS;
/** Stripe retries for three days; what is forgotten earlier is processed twice. */
const DEDUPE_MS_ADVISED = 3 * DAY_MS;
const MIB = 2 ** 20;
export const HANDLERS_DEFAULT = { hosts: 2, memoryBytesMax: 512 * MIB } as const;
export const LISTEN_DEFAULT: { readonly public: Address; readonly admin: Address } = {
  public: { host: "0.0.0.0", port: 8080 },
  admin: { host: "127.0.0.1", port: 8081 },
};

export interface SettingsContext {
  /** Absolute: relative paths in the configuration start at its folder. */
  readonly configPath: string;
  readonly presets: readonly PresetNeeds[];
  /** Variables that `env()` was asked for in vain, whatever became of their markers. */
  readonly missing: readonly string[];
  /** `LONGSTOP_DATA` takes the place of `dataDir`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Checked {
  readonly settings: Settings;
  /** What is accepted, but may not do what its author expects. */
  readonly warnings: readonly Fault[];
}

/** A raw configuration with every default filled in; or everything that is wrong with it, at once. */
export function toSettings(raw: unknown, context: SettingsContext): Result<Checked, Fault[]> {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const root = new Place(faults, warnings);
  reportMissingVariables(raw, root, faults, context.missing);
  const fields = new Fields(raw, root, KEYS, KEYS_LATER);
  const allowPrivate = fields.read("network", networkKeys, []);
  const publicUrl = fields.read("publicUrl", httpUrl({ plain: "allowed", query: false }), null);
  const settings: Settings = {
    configPath: context.configPath,
    listen: fields.read("listen", listenKeys, LISTEN_DEFAULT),
    publicUrl,
    dataDir: dataDirOf(fields, context),
    sources: fields.read("sources", sourcesCheck(context.presets, allowPrivate.length > 0), {}),
    endpoints: fields.read(
      "endpoints",
      record(slug, endpointCheck({ allowPrivate, publicUrl })),
      {},
    ),
    network: { allowPrivate },
    handlers: fields.read("handlers", handlerKeys, HANDLERS_DEFAULT),
    dedupeMs: fields.read("dedupe", duration("1m", "400d"), DEDUPE_MS_DEFAULT),
    development: false,
  };
  if (settings.dedupeMs < DEDUPE_MS_ADVISED) {
    root
      .at("dedupe")
      .warn(
        "is shorter than providers go on retrying (Stripe: three days): late retries become new events",
      );
  }
  if (Object.keys(settings.sources).length === 0 && !fields.has("sources")) {
    root.at("sources").warn("is missing: nothing can be received");
  }
  return faults.length > 0 ? err(faults) : ok({ settings, warnings });
}

/** Each missing variable at every place it was used; one whose text was reshaped beyond finding, by its name. */
function reportMissingVariables(
  raw: unknown,
  root: Place,
  faults: Fault[],
  missing: readonly string[],
): void {
  const found = new Set<string>();
  reportMissing(raw, root, (place, name) => {
    found.add(name);
    faults.push(missingVariable(place.path, name));
  });
  for (const name of missing) if (!found.has(name)) faults.push(missingVariable("", name));
}

export function missingVariable(path: string, name: string): Fault {
  return {
    path,
    given: `env(${JSON.stringify(name)})`,
    allowed: `a value in the environment, or env(${JSON.stringify(name)}, "…") with one to fall back on`,
    message: `the environment variable ${name} is not set`,
  };
}

function sourcesCheck(presets: readonly PresetNeeds[], plain: boolean): Check<Settings["sources"]> {
  return record(slug, (value, place, name) => sourceCheck(name, presets, plain)(value, place));
}

const listenKeys: Check<Settings["listen"]> = (value, place) => {
  const fields = new Fields(value, place, ["public", "admin"]);
  return {
    public: fields.read("public", listenAddress, LISTEN_DEFAULT.public),
    admin: fields.read("admin", listenAddress, LISTEN_DEFAULT.admin),
  };
};

const networkKeys: Check<readonly string[]> = (value, place) =>
  new Fields(value, place, ["allowPrivate"]).read("allowPrivate", list(network), []);

const handlerKeys: Check<Settings["handlers"]> = (value, place) => {
  const fields = new Fields(value, place, ["hosts", "memory"]);
  const memory = size(64 * MIB, 65_536 * MIB, "64MiB to 64GiB");
  return {
    hosts: fields.read("hosts", number(1, 64), HANDLERS_DEFAULT.hosts),
    memoryBytesMax: fields.read("memory", memory, HANDLERS_DEFAULT.memoryBytesMax),
  };
};

/** `LONGSTOP_DATA` is relative to the working folder, as any path on a command line; `dataDir` to the file it is in. */
function dataDirOf(fields: Fields, context: SettingsContext): string {
  const folder = dirname(context.configPath);
  const written = fields.read("dataDir", path, "./data");
  const override = context.environment["LONGSTOP_DATA"];
  return override === undefined || override === "" ? resolve(folder, written) : resolve(override);
}

const path: Check<string> = (value, place) => {
  const given = text(value, place);
  if (given === undefined || !/^~(?:\/|$)/.test(given)) return given;
  return place.fault(given, {
    message: "begins with ~, which only a shell understands",
    allowed: "a path, absolute or relative to this file",
  });
};
