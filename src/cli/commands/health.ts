import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";

/** For container and service managers that have nothing but the executable to ask with. */
export const health: Command = {
  name: "health",
  summary: "ask whether a server is alive, or with --ready whether it takes requests",
  about:
    "Needs no key. Exit code 0 when it is, 3 when nobody answers, 7 when it is not ready (recovering, draining, out of disk).",
  options: [{ flags: "--ready", summary: "also that it takes requests" }],
  examples: [
    ["health", "is it alive?"],
    ["health --ready --url http://127.0.0.1:8081", "is that one ready?"],
  ],
  run: async ({ given, out, client }) => {
    const answer = await (await client()).get(given.flag("ready") ? "/readyz" : "/healthz");
    if (out.json) out.object(answer);
    else out.line(String(answer["status"] ?? "ok"));
    return EXIT.OK;
  },
};
