import { closeSync, existsSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { findConfig } from "../../config/find.ts";
import { loadSettings } from "../../config/load.ts";
import type { Io } from "../io.ts";
import { Latencies } from "./latencies.ts";

const SYNC_BYTES = 4_096;
const SYNC_TRIALS_MAX = 500;
const SYNC_MS_MAX = 2_000;

/**
 * The folder to work in: the one named, else the data folder of `LONGSTOP_DATA` or of the configuration,
 * else the current one. Of a folder that is not there yet the nearest one above it, on the same disk
 * unless something is mounted later.
 */
export async function benchFolder(named: string | null, io: Io): Promise<string> {
  const given = named ?? (io.env["LONGSTOP_DATA"] || (await configuredFolder(io)) || ".");
  let folder = resolve(io.cwd, given);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

async function configuredFolder(io: Io): Promise<string | null> {
  const found = findConfig({ argument: undefined, environment: io.env, cwd: io.cwd });
  if (!found.ok) return null;
  const loaded = await loadSettings({ path: found.value, environment: io.env });
  if (loaded.ok) return loaded.value.settings.dataDir;
  io.stderr("The configuration has faults (`longstop check`); the current folder is measured.\n");
  return null;
}

/**
 * How long this disk takes for one small write that is on it for certain, alone and one after the other:
 * what an acknowledgement costs where each has a commit of its own. Up to two seconds of trying.
 */
export function syncTimes(folder: string, clock: Clock): Latencies {
  const times = new Latencies();
  const file = openSync(join(folder, "sync-trial"), "w");
  const block = new Uint8Array(SYNC_BYTES).fill(1);
  const deadline = clock.monotonic() + SYNC_MS_MAX;
  try {
    while (times.count < SYNC_TRIALS_MAX) {
      const began = clock.monotonic();
      if (began > deadline) break;
      writeSync(file, block, 0, SYNC_BYTES, times.count * SYNC_BYTES);
      fdatasyncSync(file);
      times.add(clock.monotonic() - began);
    }
  } finally {
    closeSync(file);
  }
  return times;
}

/** What an ordinary process may still write on the folder's disk. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
