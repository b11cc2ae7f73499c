import { BUILD } from "../base/build.ts";
import type { HttpClient } from "../base/http/client.ts";
import type { JournalHandle } from "../journal/client.ts";
import { Outbound } from "../outbound/outbound.ts";
import { openSeal } from "../outbound/seal-key.ts";
import type { Common, Now } from "./parts.ts";

/** From the journal to subscribers. `secretKey`: `LONGSTOP_SECRET_KEY`. */
export function sending(
  store: JournalHandle,
  http: HttpClient,
  secretKey: string | null,
  now: Now,
  common: Common,
): Outbound {
  const { dataDir } = now.settings;
  return new Outbound({
    ...common,
    journal: store.journal,
    reads: { ...store.sending, event: store.reads.event },
    owed: store.owed,
    http,
    seal: openSeal({ ...common, dataDir, secretKey }),
    version: BUILD.version,
    settings: () => now.settings,
  });
}
