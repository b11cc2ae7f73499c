import type { Address } from "../config/settings.ts";
import { Client, type ClientOptions } from "./client.ts";
import type { Given } from "./command.ts";
import type { CliDeps } from "./deps.ts";
import { CliFailure, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import type { Output } from "./output.ts";

const URL_DEFAULT = "http://127.0.0.1:8081";

/**
 * A client for the server that is meant: `--url`, else `LONGSTOP_URL`, else the admin address of the
 * configuration in force here, else the default. A configuration with faults does not stand in the
 * way: operators look at servers from shells that lack the server's environment.
 */
export async function connect(given: Given, io: Io, deps: CliDeps, out: Output): Promise<Client> {
  const options = await resolve(given, io, deps);
  warnOfOpenKey(options, out);
  return new Client(io, options);
}

async function resolve(given: Given, io: Io, deps: CliDeps): Promise<ClientOptions> {
  const key = given.text("key") ?? io.env["LONGSTOP_ADMIN_KEY"] ?? "";
  const base = { key: key === "" ? null : checkedKey(key) };
  const option = given.text("url");
  if (option !== undefined)
    return { ...base, url: checkedUrl(option, "--url"), urlFrom: "from --url" };
  const variable = io.env["LONGSTOP_URL"] ?? "";
  if (variable !== "")
    return { ...base, url: checkedUrl(variable, "LONGSTOP_URL"), urlFrom: "from LONGSTOP_URL" };
  const loaded = await deps.loadSettings({
    config: given.text("config") ?? null,
    cwd: io.cwd,
    env: io.env,
  });
  if (loaded === null) return { ...base, url: URL_DEFAULT, urlFrom: "the default address" };
  if (!loaded.ok)
    return {
      ...base,
      url: URL_DEFAULT,
      urlFrom: "the default address, because the configuration has faults: see `longstop check`",
    };
  return {
    ...base,
    url: urlOf(loaded.value.settings.listen.admin),
    urlFrom: "from the configuration",
  };
}

/** Where a listener is reached from this machine: one that listens everywhere is on loopback too. */
export function urlOf({ host, port }: Address): string {
  const bare = host.replace(/^\[|\]$/g, "");
  const reachable = bare === "0.0.0.0" || bare === "" ? "127.0.0.1" : bare === "::" ? "::1" : bare;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

/** An `http(s)` URL without credentials, query or fragment; `127.0.0.1:8081` is read as `http://127.0.0.1:8081`. */
export function checkedUrl(text: string, from: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.search !== "" ||
    url.hash !== ""
  ) {
    throw new CliFailure(
      EXIT.USAGE,
      `${from} is not an address of a server: \`${text}\``,
      "It looks like http://127.0.0.1:8081 or https://hooks.example.com.",
    );
  }
  return full;
}

/** A key with a line break or other control character in it could not be sent at all. */
function checkedKey(key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new CliFailure(
    EXIT.USAGE,
    "the key holds characters that no key has",
    "A key looks like lsk_… and is given with --key or LONGSTOP_ADMIN_KEY.",
  );
}

function warnOfOpenKey({ url, key }: ClientOptions, out: Output): void {
  const { protocol, hostname } = new URL(url);
  const near = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  if (key !== null && protocol === "http:" && !near) {
    out.note("Warning: the key travels to ", hostname, " without encryption (http).");
  }
}
