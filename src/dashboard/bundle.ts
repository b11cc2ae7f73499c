import { join } from "node:path";

/** The pages as browsers get them: one script, one sheet of styles. */
export interface Pages {
  readonly script: string;
  readonly style: string;
}

/** Bundles `client/` for browsers. Rejects with what the bundler says. */
export async function bundlePages(): Promise<Pages> {
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, "client/main.tsx")],
    target: "browser",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
    throw: false,
  });
  if (!result.success) throw new Error(result.logs.map(String).join("\n"));
  const text = async (ending: string): Promise<string> =>
    (await result.outputs.find((output) => output.path.endsWith(ending))?.text()) ?? "";
  return { script: await text(".js"), style: await text(".css") };
}
