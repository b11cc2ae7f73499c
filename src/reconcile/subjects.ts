import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Settings, SourceSettings } from "../config/settings.ts";
import { presetByName } from "../providers/index.ts";
import type { Preset } from "../providers/provider.ts";
import { Account } from "./calls/account.ts";
import type { CallCounts } from "./calls/polite-api.ts";
import { ownRecovery, type TeamCalls } from "./own.ts";
import type { Subject } from "./subject.ts";

interface Shared {
  readonly account: Account;
  readonly counts: CallCounts;
}

/** Makes subjects of sources. Those with the same credentials at the same provider share one account, also across configurations. */
export class Subjects {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #team: TeamCalls;
  readonly #signal: AbortSignal;
  readonly #accounts = new Map<string, Shared>();

  /** `signal`: the process ends. */
  constructor(deps: { clock: Clock; random: Random; team: TeamCalls }, signal: AbortSignal) {
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#team = deps.team;
    this.#signal = signal;
  }

  /** The error says, in a sentence with the remedy, why the source cannot be asked. */
  open(source: SourceSettings, { dedupeMs }: Pick<Settings, "dedupeMs">): Result<Subject, string> {
    const { name, reconcile } = source;
    const preset = presetByName(source.provider);
    if (preset === undefined) return err(`The provider ${source.provider} is not known.`);
    const own = reconcile !== null && (reconcile.list || reconcile.fetch);
    const recovery = own
      ? ownRecovery(name, reconcile, this.#team, this.#signal)
      : preset.recovery?.(source);
    if (recovery === undefined) return err(offersNothing(preset, source));
    if (recovery.lacks !== null) return err(recovery.lacks);
    if (reconcile === null) return err("The configuration says `reconcile: false`.");
    const login = own ? null : (preset.login?.(source) ?? null);
    const { account, counts } = this.#account(own ? `own ${name}` : accountOf(source));
    account.pace = reconcile;
    const pollsOne = recovery.kind === "state" || (own && reconcile.fetch);
    return ok({ name, source, reconcile, recovery, account, counts, login, pollsOne, dedupeMs });
  }

  #account(key: string): Shared {
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const pace = { concurrency: 1, perSecond: 1 };
    const made = {
      account: new Account(this.#clock, this.#random, pace),
      counts: { calls: 0, failed: 0 },
    };
    this.#accounts.set(key, made);
    return made;
  }
}

/** Sources of the same provider, place and credentials are one account. */
function accountOf({ provider, baseUrl, apiKey, credentials }: SourceSettings): string {
  const sorted = Object.entries(credentials ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Bun.SHA256.hash(JSON.stringify([provider, baseUrl, apiKey, sorted]), "hex");
}

const offersNothing = ({ title, guide }: Preset, { name }: SourceSettings): string =>
  `${title} ${guide.recovery.startsWith("cannot") ? guide.recovery : "offers no list of what was missed"}: give the source \`${name}\` a \`reconcile: { list }\` of your own.`;
