import { existsSync, statSync } from "node:fs";
import { systemClock } from "../base/clock.ts";
import { jsonLog } from "../base/log.ts";
import { systemRandom } from "../base/random.ts";
import { openJournal } from "../journal/client.ts";
import { indexFile, logFile } from "../journal/files.ts";
import type { SendingReads } from "../journal/sending.ts";
import { folderOf } from "./data-folder.ts";
import type { DoctorOptions } from "./deps.ts";
import { CliFailure, EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { safeLine } from "./text.ts";

interface Findings {
  readonly dataDir: string;
  readonly journalBytes: number;
  readonly indexBytes: number;
  /** What SQLite finds wrong with the log; empty when it is whole. */
  readonly faults: readonly string[];
  readonly rebuilt: boolean;
  readonly tookMs: number;
  /** Subscribers that get nothing, or nothing but failure, and since when. */
  readonly endpoints: readonly { readonly name: string; readonly trouble: string }[];
}

/**
 * Looks after a data folder while no server runs on it: checks the log's file, brings the projection up
 * to it and, with `--rebuild`, makes the projection anew. Exit 1 when the log is damaged or in use.
 */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  const { dataDir, dedupeMs } = await folderOf(options, io);
  if (!existsSync(logFile(dataDir))) {
    throw new CliFailure(
      EXIT.NOT_FOUND,
      `there is no journal in ${dataDir}`,
      "Name the data folder with --data, or the configuration with --config.",
    );
  }
  const began = systemClock.monotonic();
  const log = jsonLog(systemClock, "info", (line) => io.stderr(line));
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  try {
    const opened = openJournal(
      dataDir,
      { dedupeMs, rebuild: options.rebuild },
      {
        clock: systemClock,
        random: systemRandom,
        log,
        onFailure: (detail) => broken.reject(new Error(detail)),
      },
    );
    const store = await Promise.race([opened, broken.promise]);
    const faults = await Promise.race([store.check(), broken.promise]);
    const endpoints = await Promise.race([troubled(store.sending), broken.promise]);
    await store.close();
    const bytes = (file: string): number => (existsSync(file) ? statSync(file).size : 0);
    return tell(
      {
        dataDir,
        journalBytes: bytes(logFile(dataDir)),
        indexBytes: bytes(indexFile(dataDir)),
        faults,
        rebuilt: options.rebuild,
        tookMs: Math.round(systemClock.monotonic() - began),
        endpoints,
      },
      options,
      io,
    );
  } catch (error) {
    throw new CliFailure(EXIT.FAILED, (error as Error).message);
  }
}

const ENDPOINTS_SHOWN_MAX = 200;

async function troubled(reads: SendingReads): Promise<Findings["endpoints"]> {
  const { rows } = await reads.endpoints({ limit: ENDPOINTS_SHOWN_MAX, cursor: null });
  return rows.flatMap(({ endpoint: { name }, status, statusReason, failingSince }) => {
    if (status === "disabled")
      return [{ name, trouble: `is disabled: ${statusReason ?? "by hand"}` }];
    if (failingSince === null) return [];
    return [{ name, trouble: `has only failed since ${new Date(failingSince).toISOString()}` }];
  });
}

function tell(found: Findings, options: DoctorOptions, io: Io): number {
  const whole = found.faults.length === 0;
  if (options.json) io.stdout(`${JSON.stringify(found)}\n`);
  else {
    const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    io.stdout(
      `✓ the projection has all of the log${found.rebuilt ? ", made anew" : ""} (${mebibytes(found.indexBytes)}, ${found.tookMs} ms)\n`,
    );
    io.stdout(
      whole
        ? `✓ the log is whole (${mebibytes(found.journalBytes)})\n`
        : `✗ the log is damaged:\n  ${found.faults.join("\n  ")}\n  Keep a copy of ${found.dataDir} and restore a backup.\n`,
    );
    for (const { name, trouble } of found.endpoints) {
      io.stdout(
        safeLine(
          `! the endpoint ${name} ${trouble} (longstop endpoints deliveries ${name})`,
        ).concat("\n"),
      );
    }
  }
  return whole ? EXIT.OK : EXIT.FAILED;
}
