/** Writes the declarations that the package brings into `dist/types`: `bun scripts/package-types.ts`. Runs before it is packed. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { moduleTexts } from "../src/config/types-text.ts";

const folder = resolve(import.meta.dir, "../dist/types");
await mkdir(folder, { recursive: true });
for (const [module, text] of Object.entries(moduleTexts())) {
  const name = module.split("/").at(-1) ?? module;
  await writeFile(join(folder, `${name}.d.ts`), `${text}\n`);
}
