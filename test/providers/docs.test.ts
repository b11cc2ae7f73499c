import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { providerPages } from "../../scripts/providers-docs.ts";
import { presets } from "../../src/providers/index.ts";

const TOP = resolve(import.meta.dir, "../..");
const FOLDER = "docs/providers";

describe("the providers' pages", () => {
  const pages = providerPages(presets);

  test("are what the presets say (bun scripts/providers-docs.ts renews them)", () => {
    for (const [path, text] of pages) expect(readFileSync(join(TOP, path), "utf8")).toBe(text);
  });

  test("are one for each preset and an index, and no others", () => {
    const there = readdirSync(join(TOP, FOLDER)).map((file) => `${FOLDER}/${file}`);
    expect(there.sort()).toEqual([...pages.keys()].sort());
    const index = pages.get(`${FOLDER}/README.md`) ?? "";
    for (const { name } of presets) expect(index).toContain(`(${name}.md)`);
  });

  test("differ when a preset does", () => {
    const [first] = presets;
    if (first === undefined) throw new Error("no presets");
    const changed = { ...first, guide: { ...first.guide, retryWindow: "Never." } };
    const path = `${FOLDER}/${first.name}.md`;
    expect(providerPages([changed]).get(path)).not.toBe(pages.get(path));
  });
});

describe("what a preset says of itself", () => {
  test.each(presets.map((preset) => [preset.name, preset] as const))(
    "%s: is whole",
    (_, preset) => {
      for (const text of Object.values(preset.guide)) expect(text.trim()).not.toBe("");
      expect(preset.guide.recovery).toMatch(/^(can be listed|cannot be listed)/);
      expect(preset.sampleTypes.length).toBeGreaterThan(0);
    },
  );

  test("a vendor's library that it claims to be proven by is one of the tests'", () => {
    const packages = { ...manifest.devDependencies, ...manifest.dependencies };
    for (const { guide } of presets) {
      const name = /^vendor's (?:signer|verifier) (\S+)/.exec(guide.provenBy)?.[1];
      if (name !== undefined) expect(Object.keys(packages)).toContain(name);
    }
  });
});
