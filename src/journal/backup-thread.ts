import { renameSync } from "node:fs";
import { dirname } from "node:path";
import { BackupCopy } from "./backups/copy.ts";
import { logFile, syncPath } from "./files.ts";
import { answerCalls } from "./threads/rpc.ts";

/** The thread of one backup: reading and proving a log takes as long as it is large. */
let copy: BackupCopy | undefined;

function begun(): BackupCopy {
  if (copy === undefined) throw new Error("no backup has begun");
  return copy;
}

answerCalls({
  begin(dataDir: string, partial: string): null {
    copy = new BackupCopy(logFile(dataDir), partial);
    return null;
  },
  slice: (): boolean => begun().slice(),
  /** Proves the file, and only then gives it its name. */
  finish(partial: string, file: string): { bytes: number; entries: number } {
    const proven = begun().finish();
    renameSync(partial, file);
    syncPath(dirname(file));
    return proven;
  },
});
