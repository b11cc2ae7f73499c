import { EXIT_CODES } from "./exit.ts";

/** Pages of `longstop help` beside those of the commands. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  readonly text: string;
}

const aligned = (rows: readonly (readonly [string, string])[]): string => {
  const room = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(room)}${right}`).join("\n");
};

export const topics: readonly Topic[] = [
  {
    name: "exit-codes",
    summary: "what the exit code says",
    text: `Exit codes\n\n${aligned(EXIT_CODES.map(([code, word, meaning]) => [`${String(code).padStart(3)}  ${word}`, meaning]))}\n`,
  },
  {
    name: "environment",
    summary: "environment variables",
    text: `Environment variables

${aligned([
  ["LONGSTOP_URL", "address of the admin listener that commands talk to"],
  ["LONGSTOP_ADMIN_KEY", "key of the API; for `serve`: a fixed admin key"],
  ["LONGSTOP_CONFIG", "the configuration file (default: ./longstop.config.ts)"],
  ["LONGSTOP_DATA", "the data folder"],
  ["LONGSTOP_LOG", "level of the server's log: debug, info, warn, error"],
  ["NO_COLOR", "any value: no colours"],
])}

An option on the command line wins over its variable.
`,
  },
  {
    name: "json",
    summary: "what --json prints",
    text: `With --json a command prints to stdout, and only there, what a program wants to read:

${aligned([
  ["one thing", "the API's answer, one object"],
  ["a list", '{"data":[…],"nextCursor":"…"}, as the API answers'],
  ["a list with --all, tail, send", "one object a line, as they come"],
  ["a failure", 'nothing; {"error":{"exit","code","message","next"}} goes to stderr'],
])}

Times are ISO 8601 in UTC. Messages for people go to stderr.
`,
  },
];
