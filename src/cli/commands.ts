import type { Command, Option } from "./command.ts";
import { audit } from "./commands/audit.ts";
import { backup } from "./commands/backup.ts";
import { check } from "./commands/check.ts";
import { connections } from "./commands/connections.ts";
import { endpoints } from "./commands/endpoints.ts";
import { events } from "./commands/events.ts";
import { health } from "./commands/health.ts";
import { keys } from "./commands/keys.ts";
import { bench, doctor, init, version } from "./commands/local.ts";
import { quarantine } from "./commands/quarantine.ts";
import { reconcile } from "./commands/reconcile.ts";
import { replay } from "./commands/replay.ts";
import { restore } from "./commands/restore.ts";
import { send } from "./commands/send.ts";
import { dev, serve } from "./commands/serve.ts";
import { simulate } from "./commands/simulate.ts";
import { tail } from "./commands/tail.ts";
import { test } from "./commands/test.ts";
import { completions } from "./completions/command.ts";

/** The table of commands, in the order in which a newcomer needs them. */
export const commands: readonly Command[] = [
  init,
  check,
  test,
  dev,
  serve,
  send,
  tail,
  events,
  connections,
  endpoints,
  reconcile,
  replay,
  quarantine,
  keys,
  audit,
  backup,
  restore,
  simulate,
  bench,
  doctor,
  health,
  completions,
  version,
];

/** Options that every command takes, before or after its name. */
export const everywhere: readonly Option[] = [
  { flags: "--json", summary: "answer in JSON: one object, or one a line where rows stream" },
  {
    flags: "--url <url>",
    summary:
      "address of the admin listener (default: LONGSTOP_URL, else the configuration's, else http://127.0.0.1:8081)",
  },
  {
    flags: "--key <key>",
    summary: "key of the API; better in LONGSTOP_ADMIN_KEY, since others can see command lines",
  },
];
