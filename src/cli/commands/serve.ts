import type { Address } from "../../config/settings.ts";
import { type Command, type Given, InvalidValue, type Option } from "../command.ts";
import type { ServeOptions } from "../deps.ts";
import { CONFIG, DATA } from "../options.ts";

const LISTEN: readonly Option[] = [
  {
    flags: "--public <host:port>",
    summary: "where providers post to; wins over the configuration",
    read: checkedAddress,
  },
  {
    flags: "--admin <host:port>",
    summary: "where the API is; wins over the configuration",
    read: checkedAddress,
  },
];

export const serve: Command = {
  name: "serve",
  summary: "run the server",
  about:
    "Receives webhooks on the public listener (default 0.0.0.0:8080), serves the API on the admin listener (default 127.0.0.1:8081), keeps everything in one data folder. The first start prints an admin key, once. SIGHUP reloads the configuration, SIGTERM ends it in order.",
  options: [CONFIG, DATA, ...LISTEN],
  examples: [
    ["serve", "with ./longstop.config.ts"],
    ["serve --config /etc/longstop/longstop.config.ts --data /var/lib/longstop", "as a service"],
  ],
  run: ({ given, deps }) => deps.serve(serveOptions(given)),
};

export const dev: Command = {
  name: "dev",
  summary: "run it on this machine for trying out: no configuration or login needed",
  about:
    "Takes anything at /in/<any name>, unverified, on loopback only. With a configuration its handlers run, and a changed file reloads it. Never let it be reached from outside.",
  options: [CONFIG, DATA, ...LISTEN],
  examples: [
    ["dev", "and in another terminal: longstop send github push"],
    ["dev --public 127.0.0.1:9000", "on another port"],
  ],
  run: ({ given, deps }) => deps.dev(serveOptions(given)),
};

function serveOptions(given: Given): ServeOptions {
  return {
    config: given.text("config") ?? null,
    data: given.text("data") ?? null,
    listen: { public: addressIn(given, "public"), admin: addressIn(given, "admin") },
  };
}

function addressIn(given: Given, name: string): Address | null {
  const text = given.text(name);
  return text === undefined ? null : (addressOf(text) ?? null);
}

function checkedAddress(text: string): string {
  if (addressOf(text) === undefined)
    throw new InvalidValue("it takes <host>:<port>, e.g. 127.0.0.1:8080 or [::1]:8080.");
  return text;
}

/** `host:port`, `[v6]:port`, or a port alone (then on loopback). Port 0 lets the system choose. */
function addressOf(text: string): Address | undefined {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:\s[\]]+):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) return undefined;
  return { host: match[1]?.replace(/^\[|\]$/g, "") ?? "127.0.0.1", port };
}
