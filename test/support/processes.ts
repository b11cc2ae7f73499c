import { readFile } from "node:fs/promises";
import { createServer } from "node:net";

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
          const address = server.address();
          resolve(typeof address === "object" && address !== null ? address.port : 0);
        });
      }),
  );
  const found = await Promise.all(ports);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return found;
}

/** Asks every 25 ms until `holds` answers true; rejects after `withinMs`, naming what was waited for. */
export async function until(
  what: string,
  withinMs: number,
  holds: () => Promise<boolean> | boolean,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await Bun.sleep(25);
  }
}

/** Processes started by `pid`, and theirs, while it is alive (Linux only; elsewhere none). */
export async function descendants(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const task of new Bun.Glob("*/children").scanSync({
    cwd: `/proc/${pid}/task`,
    onlyFiles: false,
  })) {
    const children = await readFile(`/proc/${pid}/task/${task}`, "utf8").catch(() => "");
    for (const child of children.split(" ").filter(Boolean).map(Number))
      found.push(child, ...(await descendants(child)));
  }
  return found;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process.
  }
}
