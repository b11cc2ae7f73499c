import { HANDLERS_DEFAULT } from "./schema.ts";
import type { Settings } from "./settings.ts";

const LOOPBACK = "127.0.0.1";

/**
 * What `dev` runs with: anything is accepted at `/in/<any>`, unverified, on loopback only, without login.
 * `settings`: of a configuration, where there is one; `dataDir`: absolute, used when there is none.
 */
export function developmentSettings(dataDir: string, settings?: Settings): Settings {
  if (settings !== undefined) {
    const { public: open, admin } = settings.listen;
    const listen = {
      public: { host: LOOPBACK, port: open.port },
      admin: { host: LOOPBACK, port: admin.port },
    };
    return { ...settings, listen, development: true };
  }
  return {
    configPath: null,
    listen: { public: { host: LOOPBACK, port: 8080 }, admin: { host: LOOPBACK, port: 8081 } },
    publicUrl: null,
    dataDir,
    sources: {},
    endpoints: {},
    network: { allowPrivate: [] },
    handlers: HANDLERS_DEFAULT,
    dedupeMs: 30 * 86_400_000,
    development: true,
  };
}
