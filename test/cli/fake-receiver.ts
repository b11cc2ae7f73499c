import { ok } from "../../src/base/result.ts";
import type { CliDeps } from "../../src/cli/deps.ts";
import type { Settings, SourceSettings } from "../../src/config/settings.ts";
import { presets } from "../../src/providers/index.ts";
import { type Terminal, type TerminalOptions, terminal } from "./terminal.ts";

export interface Post {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface FakeReceiver {
  readonly port: number;
  readonly posts: Post[];
  /** Every post from now on gets this; by default it is accepted, the first as new. */
  answer(other: () => Response): void;
  stop(): void;
}

/** The public listener as `send` sees it: remembers what was posted. */
export function fakeReceiver(): FakeReceiver {
  const posts: Post[] = [];
  let made = (): Response =>
    Response.json(
      { status: "accepted", events: [{ id: "evt_1", duplicate: posts.length > 1 }] },
      { status: 202 },
    );
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      posts.push({ path: pathname + search, headers: request.headers, body: await request.text() });
      return made();
    },
  });
  return {
    port: Number(server.port),
    posts,
    answer: (other) => {
      made = other;
    },
    stop: () => void server.stop(true),
  };
}

export const source = (
  name: string,
  provider: string,
  secret: string,
  more: Partial<SourceSettings> = {},
): SourceSettings => ({
  name,
  provider,
  secrets: [secret],
  publicKey: null,
  verifyToken: null,
  credentials: null,
  apiKey: null,
  baseUrl: null,
  whenUnavailable: "reject",
  verify: null,
  event: null,
  handler: false,
  schemas: [],
  order: "strict",
  onStale: "process",
  timeoutMs: 1,
  retry: { attempts: 1, baseMs: 1, factor: 1, maxMs: 1, jitter: "none", delaysMs: null },
  rateLimit: null,
  bodyBytesMax: 1,
  reconcile: null,
  supervise: { intensity: 1, periodMs: 1 },
  ...more,
});

/** A configuration of these sources, whose public listener is the receiver. */
export const configured = (port: number, ...sources: SourceSettings[]): CliDeps["loadSettings"] =>
  configuredAs(null, port, ...sources);

/** The same, known to providers by another URL. */
export function configuredAs(
  publicUrl: string | null,
  port: number,
  ...sources: SourceSettings[]
): CliDeps["loadSettings"] {
  const settings: Settings = {
    configPath: "/c.ts",
    listen: { public: { host: "0.0.0.0", port }, admin: { host: "127.0.0.1", port: 1 } },
    publicUrl,
    dataDir: "/d",
    sources: Object.fromEntries(sources.map((each) => [each.name, each])),
    endpoints: {},
    network: { allowPrivate: [] },
    handlers: { hosts: 1, memoryBytesMax: 1 },
    dedupeMs: 1,
    development: false,
  };
  return async () => ok({ settings, warnings: [] });
}

/** A pipe with every preset, and a configuration or none. */
export const sender = (
  loadSettings: CliDeps["loadSettings"] | null,
  options: TerminalOptions = {},
): Terminal =>
  terminal({
    ...options,
    deps: { presets: async () => presets, ...(loadSettings === null ? {} : { loadSettings }) },
  });
