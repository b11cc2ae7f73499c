import { runHandlerHost } from "../../../src/mailbox/host/child.ts";

/** Stands for the executable's hidden command: `bun host-entry.ts <path of the configuration>`. */
await runHandlerHost(process.argv.slice(2));
