import { constants, copyFile, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CliFailure, EXIT } from "./exit.ts";

/**
 * Moves a file to a folder or a new name, also onto another disk; answers where it is now. It has its name there
 * only once all of it is synced, and is removed here only then. Refuses to overwrite.
 */
export async function moveFile(file: string, cwd: string, to: string): Promise<string> {
  const wanted = resolve(cwd, to);
  const left = `The backup is complete, at ${file}.`;
  if ((await kindOf(file)) !== "file")
    throw new CliFailure(
      EXIT.FAILED,
      "the backup is not on this machine, or may not be read by you",
      `${left} Fetch it from there.`,
    );
  const inFolder = (await kindOf(wanted)) === "folder";
  const target = inFolder ? join(wanted, basename(file)) : wanted;
  if ((await kindOf(target)) !== null)
    throw new CliFailure(
      EXIT.FAILED,
      `${target} exists already`,
      `${left} Choose another name, or remove it first.`,
    );
  const partial = `${target}.partial`;
  let begun = false;
  try {
    await copyFile(file, partial, constants.COPYFILE_EXCL);
    begun = true;
    await synced(partial);
    if ((await digest(partial)) !== (await digest(file)))
      throw new Error("what was read back is not what was written");
    await rename(partial, target);
    if (process.platform !== "win32") await synced(dirname(target));
    await rm(file);
  } catch (cause) {
    // One that was there already is somebody else's.
    const own = begun || !(cause instanceof Error && "code" in cause && cause.code === "EEXIST");
    if (own) await rm(partial, { force: true }).catch(() => {});
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliFailure(EXIT.FAILED, `cannot move the backup to ${target}: ${why}`, left);
  }
  return target;
}

async function kindOf(path: string): Promise<"file" | "folder" | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? "folder" : "file";
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function digest(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return hash.digest("hex");
}
