/**
 * Builds the one executable: `bun scripts/build.ts [--target <system>-<processor>] [--outfile <path>]`.
 * Its entries are `src/main.ts` and the entry of each thread (`thread.ts`, `*-thread.ts`); everything else
 * is bundled into them. Exit code 1 with a sentence where it cannot be built.
 */
import { chmod, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { arch, platform } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../package.json" with { type: "json" };
import { bundlePages } from "../src/dashboard/bundle.ts";
import { bundlePreload } from "../src/testing/bundle.ts";

const TARGETS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "windows-x64"] as const;
type Target = (typeof TARGETS)[number];

const top = resolve(import.meta.dir, "..");
const here = `${platform() === "win32" ? "windows" : platform()}-${arch()}`;

const { values } = parseArgs({
  options: {
    target: { type: "string", default: here },
    outfile: { type: "string" },
    quiet: { type: "boolean", default: false },
  },
});

const target = TARGETS.find((name) => name === values.target);
if (target === undefined) {
  fail(`--target ${values.target} is not one of ${TARGETS.join(", ")}`);
} else {
  await build(target).catch((error: unknown) => fail(String(error)));
}

async function build(target: Target): Promise<void> {
  const crossed = target !== here;
  const suffix = target.startsWith("windows") ? ".exe" : "";
  const outfile = resolve(
    values.outfile ?? join(top, "dist", `longstop${crossed ? `-${target}` : ""}${suffix}`),
  );
  const began = performance.now();
  await mkdir(dirname(outfile), { recursive: true });
  // Built beside its place and then renamed: whoever starts it meanwhile gets the old or the new one, whole.
  const scratch = await mkdtemp(join(dirname(outfile), ".build-"));
  const built = join(scratch, basename(outfile));
  try {
    const entrypoints = await entries();
    const result = await bundle(entrypoints, target, built);
    if (!result.success) return fail(result.logs.map(String).join("\n"));
    if (suffix === "") await chmod(built, 0o755);
    await rename(built, outfile);
  } catch (error) {
    return fail(explain(error, target, crossed));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const tookMs = Math.round(performance.now() - began);
  if (values.quiet) return;
  const size = (await stat(outfile)).size;
  const start = crossed ? "" : `, starts in ${await startMs(outfile)} ms`;
  console.log(`built ${outfile}`);
  console.log(
    `  ${manifest.version} (${commit()}), ${target}, ${(size / 2 ** 20).toFixed(1)} MiB, in ${tookMs} ms${start}`,
  );
}

/** The threads' entries keep their places under `src` inside the executable, because `main.ts` is at its root. */
async function entries(): Promise<string[]> {
  const threads = await Array.fromAsync(
    new Bun.Glob("src/**/{thread,*-thread}.ts").scan({ cwd: top }),
  );
  return ["src/main.ts", ...threads.sort()].map((file) => join(top, file));
}

async function bundle(
  entrypoints: string[],
  target: Target,
  outfile: string,
): Promise<Bun.BuildOutput> {
  const pages = JSON.stringify(await bundlePages());
  const preload = JSON.stringify(await bundlePreload());
  return Bun.build({
    entrypoints,
    plugins: [
      {
        name: "finished pages",
        setup: (build) => {
          build.onLoad({ filter: /[\\/]dashboard[\\/]pages\.ts$/ }, () => ({
            loader: "ts",
            contents: `export const pages = async () => (${pages});`,
          }));
        },
      },
      {
        name: "what tests are given",
        setup: (build) => {
          build.onLoad({ filter: /[\\/]testing[\\/]preload-text\.ts$/ }, () => ({
            loader: "ts",
            contents: `export const preloadText = async () => ${preload};`,
          }));
        },
      },
    ],
    root: join(top, "src"),
    // A stray .env or bunfig.toml in the working directory must not change how a production process behaves.
    compile: { target: `bun-${target}`, outfile, autoloadDotenv: false, autoloadBunfig: false },
    // Names are kept: they are in the stack traces that operators send.
    minify: { whitespace: true, syntax: true, identifiers: false },
    sourcemap: "inline",
    define: { LONGSTOP_BUILD_COMMIT: JSON.stringify(commit()) },
    throw: false,
  });
}

/** Short name of the commit, with `+` when the tree differs from it; `unknown` outside a clone (an archive, a container). */
function commit(): string {
  const given = process.env["LONGSTOP_BUILD_COMMIT"];
  if (given !== undefined && given !== "") return given;
  const git = (...args: string[]): string | null => {
    try {
      const run = Bun.spawnSync(["git", ...args], { cwd: top, stderr: "ignore" });
      return run.success ? run.stdout.toString().trim() : null;
    } catch {
      return null; // No git on this machine.
    }
  };
  const head = git("rev-parse", "--short=12", "HEAD");
  if (head === null) return "unknown";
  return git("status", "--porcelain", "--untracked-files=no") === "" ? head : `${head}+`;
}

/** Best of three, to leave out the cold file. */
async function startMs(outfile: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const began = performance.now();
    const child = Bun.spawn([outfile, "version"], { stdout: "ignore", stderr: "inherit" });
    const code = await child.exited;
    if (code !== 0)
      throw new Error(`the executable does not start: \`version\` ended with ${code}`);
    best = Math.min(best, performance.now() - began);
  }
  return Math.round(best);
}

function explain(error: unknown, target: Target, crossed: boolean): string {
  const text =
    error instanceof AggregateError ? error.errors.map(String).join("\n") : String(error);
  if (!crossed) return text;
  return `${text}\nA build for another system (${target}, on ${here}) needs Bun's runtime for it from the package registry; the network here may forbid that.`;
}

function fail(why: string): void {
  console.error(`not built: ${why}`);
  process.exitCode = 1;
}
