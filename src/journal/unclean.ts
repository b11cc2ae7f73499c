import type { Log } from "../base/log.ts";
import type { JournalHandle } from "./client.ts";

/** After a death the log is looked through beside the running server: recovery itself is SQLite's and done. */
export function checkUnclean(store: JournalHandle, log: Log): void {
  if (store.clean) return;
  log.info(
    "the last life ended without closing the journal; looking through the log in the background",
  );
  store.check().then(
    (faults) => {
      if (faults.length === 0) return log.info("the log is whole");
      log.error(
        "the log's file is damaged: stop, keep a copy of the data folder, and restore a backup",
        { faults: faults.join("; ") },
      );
    },
    (error: unknown) => log.error("the log could not be looked through", { error: String(error) }),
  );
}
