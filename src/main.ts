import { BUILD } from "./base/build.ts";

/**
 * The way in. The hidden commands are this same program in its other lives: a handler host, and the child
 * that evaluates a configuration. Everything else is the command line. Parts are imported when they are
 * needed, so that a host carries no server and `longstop events` no journal.
 */
const [, , command, ...rest] = process.argv;

if (command === "__host") {
  const { runHandlerHost } = await import("./mailbox/host/child.ts");
  await runHandlerHost(rest);
} else if (command === "__config") {
  const { dieWithParent } = await import("./base/orphan.ts");
  const { runConfigChild } = await import("./config/child.ts");
  const { presets } = await import("./providers/index.ts");
  dieWithParent();
  await runConfigChild(rest, presets);
} else {
  const { runCli } = await import("./cli/run.ts");
  const { exitWith, systemIo } = await import("./cli/io.ts");
  const { realDeps } = await import("./cli/real-deps.ts");
  const io = systemIo();
  await exitWith(await runCli(process.argv.slice(2), io, realDeps(io, BUILD)));
}
