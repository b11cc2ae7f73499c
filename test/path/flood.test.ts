import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { Server } from "../support/executable.ts";
import { accepted, SOURCE_KEYS } from "../support/posting.ts";

const CONFIG = `
import { defineConfig } from "longstop";
export default defineConfig({
  sources: {
    github: { provider: "github", secrets: ["a-secret-of-github"] },
    team: {${SOURCE_KEYS} },
  },
});`;

const TEXT = JSON.stringify({ pad: "x".repeat(20 * 2 ** 20) });
const FORGED = { "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
/** Far below what the bodies of one flood would take together, and above what a few of them do. */
const RESIDENT_MIB_MAX = 1_400;
const PROBE_MS_MEDIAN_MAX = 250;

let server: Server;
beforeAll(async () => {
  server = await Server.create({ config: CONFIG });
  await server.start();
}, 60_000);
afterAll(() => server.remove());

test.each([
  ["100 small bodies that inflate to 20 MiB, unsigned", 100, "gzip", {}],
  ["100 small bodies that inflate to 20 MiB, signed with another secret", 100, "gzip", FORGED],
  ["60 bodies of 20 MiB, signed with another secret", 60, null, FORGED],
])(
  "%s cost neither the memory nor the others' answers",
  async (_, count, encoding, headers) => {
    const body = encoding === null ? Buffer.from(TEXT) : gzipSync(TEXT);
    const sent = {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        ...headers,
        ...(encoding === null ? {} : { "content-encoding": encoding }),
      },
    };
    const neighbour = watch(`${encoding}-${Object.keys(headers).length}`);
    const statuses = await Promise.all(
      Array.from({ length: count }, () =>
        fetch(`${server.publicUrl}/in/github`, sent).then(
          ({ status }) => status,
          // The connection is closed behind a refusal: a sender that still writes may not hear it.
          () => 503,
        ),
      ),
    );
    const { probesMs, residentMiB } = await neighbour.end();

    for (const status of statuses) expect([401, 413, 503]).toContain(status);
    expect(residentMiB).toBeLessThan(RESIDENT_MIB_MAX);
    expect(probesMs[probesMs.length >> 1] ?? 0).toBeLessThan(PROBE_MS_MEDIAN_MAX);
    expect(server.running).toBe(true);
  },
  30_000,
);

/** Asks for the server's health, posts a small event and reads the server's memory, again and again. */
function watch(name: string) {
  const probesMs: number[] = [];
  let residentMiB = 0;
  let ending = false;
  const watching = (async () => {
    for (let round = 0; !ending || round < 3; round++) {
      const began = performance.now();
      expect((await fetch(`${server.publicUrl}/healthz`)).status).toBe(200);
      probesMs.push(performance.now() - began);
      await accepted(server, "team", { id: `${name}-${round}`, connection: name });
      residentMiB = Math.max(residentMiB, await resident());
    }
  })();
  return {
    async end() {
      ending = true;
      await watching;
      return { probesMs: probesMs.toSorted((a, b) => a - b), residentMiB };
    },
  };
}

/** Resident memory of the server, MiB; 0 where the system does not tell. */
async function resident(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, "utf8").catch(() => "");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
