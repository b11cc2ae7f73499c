import type { Query } from "./client.ts";
import type { Given } from "./command.ts";
import { InvalidValue, type Option } from "./command.ts";
import { moment } from "./time.ts";

/** Options that several commands share, so that they read alike everywhere. */

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidValue(`it takes a whole number from ${least} to ${most}.`);
    }
    return value;
  };

const when: NonNullable<Option["read"]> = (text, io) => {
  const at = moment(text, io.clock.now());
  if (at === undefined) {
    throw new InvalidValue(
      "it takes a duration before now (15m, 24h, 7d), an ISO 8601 time (2026-01-31 or 2026-01-31T10:00:00Z) or Unix time.",
    );
  }
  return at;
};

export const SOURCE: Option = { flags: "--source <name>", summary: "only of this source" };
export const CONNECTION: Option = {
  flags: "--connection <key>",
  summary: "only of this connection",
};
export const TYPE: Option = {
  flags: "--type <type>",
  summary: "only of this type; `*` stands for anything (invoice.*)",
};
export const STATUS: Option = {
  flags: "--status <status>",
  summary: "only in this status",
  choices: ["pending", "completed", "skipped", "failed"],
};
export const ORIGIN: Option = {
  flags: "--origin <origin>",
  summary: "only those that came this way",
  choices: ["webhook", "poll", "emit", "publish"],
};
export const SINCE: Option = {
  flags: "--since <when>",
  summary: "received since: 15m, 24h, 7d, or a time (ISO 8601, Unix)",
  read: when,
};
export const UNTIL: Option = {
  flags: "--until <when>",
  summary: "received until: same forms as --since",
  read: when,
};
export const SEARCH: Option = {
  flags: "--q <text>",
  summary: "search in ids, types, connections and errors",
};
export const ERROR: Option = {
  flags: "--error <text>",
  summary: "only with this in the last error",
};
export const YES: Option = { flags: "-y, --yes", summary: "do not ask" };
export const CONFIG: Option = {
  flags: "--config <file>",
  summary: "configuration (default: LONGSTOP_CONFIG, else ./longstop.config.ts)",
};
export const DATA: Option = {
  flags: "--data <folder>",
  summary: "data folder (default: LONGSTOP_DATA, else the configuration's)",
};

/** What chooses events, in lists and in bulk. */
export const FILTERS: readonly Option[] = [
  SOURCE,
  CONNECTION,
  TYPE,
  STATUS,
  ORIGIN,
  SINCE,
  UNTIL,
  SEARCH,
  ERROR,
];

const FILTER_NAMES = [
  "source",
  "connection",
  "type",
  "status",
  "origin",
  "since",
  "until",
  "q",
  "error",
] as const;

/** The given filters as the API takes them, in queries and in bodies; times are ISO 8601. */
export function filterOf(given: Given): Readonly<Record<string, string>> {
  const filter: Record<string, string> = {};
  for (const name of FILTER_NAMES) {
    const value = given.text(name);
    if (value !== undefined) filter[name] = value;
  }
  return filter;
}

/** Rows a person gets when not asking for a number, and the most that one page of the API holds. */
export const LIMIT_DEFAULT = 50;
export const PAGE_MAX = 200;
export const LIMIT: Option = {
  flags: "-n, --limit <count>",
  summary: `at most this many (default ${LIMIT_DEFAULT})`,
  read: wholeNumber(1, 1_000_000),
};
export const ALL: Option = {
  flags: "--all",
  summary: "all of them; with --json one object a line",
};

export const CURSOR: Option = {
  flags: "--cursor <cursor>",
  summary: "go on where a list ended: its `nextCursor`",
};
/** How far a list goes. */
export const EXTENT: readonly Option[] = [LIMIT, CURSOR, ALL];

/** How a list is read on: `--limit`, `--all`. */
export interface Extent {
  readonly most: number;
  readonly streaming: boolean;
}

export function extentOf(given: Given): Extent {
  const all = given.flag("all");
  return {
    most: given.number("limit") ?? (all ? Number.POSITIVE_INFINITY : LIMIT_DEFAULT),
    streaming: all,
  };
}

/** The query of the page that brings at most `most` further rows. */
export const pageQuery = (query: Query, most: number, cursor: string | null): Query => ({
  ...query,
  limit: Math.min(most, PAGE_MAX),
  ...(cursor === null ? {} : { cursor }),
});
