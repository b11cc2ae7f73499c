import { join } from "node:path";

/** What lies in the data folder. The projection may be deleted; the log is everything. */
export const logFile = (dataDir: string): string => join(dataDir, "journal.db");
export const indexFile = (dataDir: string): string => join(dataDir, "index.db");
export const lockFile = (dataDir: string): string => join(dataDir, "longstop.lock");
