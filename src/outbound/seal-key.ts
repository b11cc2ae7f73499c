import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { drawBytes } from "./bytes.ts";
import { Seal } from "./seal.ts";

/** The file in the data folder that stands in for `LONGSTOP_SECRET_KEY`. */
export const KEY_FILE = "secret.key";
const KEY_BYTES = 32;

export interface SealKeyDeps {
  readonly dataDir: string;
  /** `LONGSTOP_SECRET_KEY`; `null` when it is not set. Several, separated by commas: the first seals. */
  readonly secretKey: string | null;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The seal of this process. Without `LONGSTOP_SECRET_KEY` a key is made in the data folder, readable by its owner
 * alone, once there is something to seal: better than nothing, since a backup of the database alone then tells no
 * secrets, and who registers no endpoint is not troubled with it. A key file that is there also opens when the variable
 * is set, so that setting it later locks nobody out. Throws `WeakSecretKey`, or what the file system says.
 */
export function openSeal({ dataDir, secretKey, random, log }: SealKeyDeps): Seal {
  const path = join(dataDir, KEY_FILE);
  const kept = readKey(path);
  const given = (secretKey ?? "").split(",").map((text) => text.trim());
  const texts = given.filter((text) => text !== "");
  if (texts.length > 0) return new Seal(kept === null ? texts : [...texts, kept], random);
  if (kept !== null) return new Seal([kept], random);
  return new Seal([], random, () => {
    log.warn(
      "LONGSTOP_SECRET_KEY is not set: secrets are sealed with a key that was made now and stands in the data folder, beside what it protects",
      { file: path },
    );
    return makeKey(dataDir, path, random);
  });
}

function readKey(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function makeKey(dataDir: string, path: string, random: Random): string {
  const key = drawBytes(random, KEY_BYTES).toString("base64url");
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
  chmodSync(path, 0o600);
  return key;
}
