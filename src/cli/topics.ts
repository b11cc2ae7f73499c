import { EXIT_CODES } from "./exit.ts";

/** Pages of `longstop help` beside those of the commands. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly before: string;
  readonly rows: readonly (readonly [string, string])[];
  readonly after: string;
}

export const topics: readonly Topic[] = [
  {
    name: "exit-codes",
    summary: "what the exit code says",
    before: "Exit codes, for scripts. A number never changes its meaning.",
    rows: EXIT_CODES.map(([code, word, meaning]) => [
      `${String(code).padStart(3)}  ${word}`,
      meaning,
    ]),
    after: "With --json the word stands in `error.code` where the server gave no code of its own.",
  },
  {
    name: "environment",
    summary: "environment variables",
    before: "Environment variables. An option on the command line wins over its variable.",
    rows: [
      ["LONGSTOP_URL", "address of the admin listener that commands talk to"],
      ["LONGSTOP_ADMIN_KEY", "key of the API; for `serve`: a fixed admin key"],
      ["LONGSTOP_CONFIG", "the configuration file (default: ./longstop.config.ts)"],
      ["LONGSTOP_DATA", "the data folder"],
      ["LONGSTOP_SECRET_KEY", "encrypts secrets that are stored at run time"],
      ["LONGSTOP_LOG", "level of the server's log: debug, info, warn, error"],
      ["NO_COLOR", "any value: no colours"],
    ],
    after: "",
  },
  {
    name: "json",
    summary: "what --json prints",
    before: "With --json a command prints to stdout, and only there, what a program wants to read.",
    rows: [
      ["one thing", "the API's answer: one object"],
      ["a list", '{"data":[…],"nextCursor":"…"}, as the API answers'],
      ["a list with --all, tail, send", "one object a line, as they come"],
      ["a failure", 'nothing; {"error":{"exit","code","message","next"}} goes to stderr'],
    ],
    after: "Times are ISO 8601 in UTC. Messages for people go to stderr.",
  },
];
