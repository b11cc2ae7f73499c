import { join } from "node:path";

/** Bundles what is loaded before a team's tests into one text. Rejects with what the bundler says. */
export async function bundlePreload(): Promise<string> {
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, "preload.ts")],
    target: "bun",
    minify: { whitespace: true, syntax: true, identifiers: false },
    throw: false,
  });
  if (!result.success) throw new Error(result.logs.map(String).join("\n"));
  return (await result.outputs[0]?.text()) ?? "";
}
