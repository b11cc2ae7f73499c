import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { CONFIG_NAMES } from "./find.ts";
import {
  environmentText,
  IGNORED_LINES,
  openTemplate,
  presetTemplate,
  type Template,
  TSCONFIG_TEXT,
} from "./init-texts.ts";
import { nearest } from "./nearest.ts";
import type { PresetNeeds } from "./source.ts";
import { TYPES_HEAD, typesText } from "./types-text.ts";

export interface InitRequest {
  /** Made where it is missing. */
  readonly dir: string;
  /** A preset's name; `null`: a source that is open to anyone, on loopback. */
  readonly provider: string | null;
  readonly presets: readonly PresetNeeds[];
}

/**
 * Writes what a folder needs to begin with: a configuration, the types of `longstop`, and what goes with
 * them. Never overwrites what is there, except its own file of types when that is out of date. Answers
 * the names of the files written (none: all were there); an unknown provider or a folder that cannot be
 * written is a sentence.
 */
export async function initFolder(request: InitRequest): Promise<Result<readonly string[], string>> {
  const template = templateFor(request);
  if (!template.ok) return template;
  try {
    await mkdir(request.dir, { recursive: true });
    return ok(await writeAll(request.dir, template.value));
  } catch (error) {
    return err(
      `${request.dir} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function templateFor({ provider, presets }: InitRequest): Result<Template, string> {
  if (provider === null) return ok(openTemplate());
  const preset = presets.find(({ name }) => name === provider);
  if (preset !== undefined) return ok(presetTemplate(preset));
  const names = presets.map(({ name }) => name);
  const near = nearest(provider, names);
  const perhaps = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  return err(
    `There is no provider ${JSON.stringify(provider)}; there are ${names.join(", ")}.${perhaps}`,
  );
}

async function writeAll(dir: string, template: Template): Promise<string[]> {
  const written: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(dir, name), text);
    written.push(name);
  };
  if (!CONFIG_NAMES.some((name) => existsSync(join(dir, name)))) {
    await write("longstop.config.ts", template.config);
    if (!existsSync(join(dir, ".env.example")))
      await write(".env.example", environmentText(template.variables));
  }
  if (await typesAreOurs(join(dir, "longstop.d.ts"))) await write("longstop.d.ts", typesText());
  if (!existsSync(join(dir, "tsconfig.json"))) await write("tsconfig.json", TSCONFIG_TEXT);
  if (await ignore(join(dir, ".gitignore"))) written.push(".gitignore");
  return written;
}

/** Whether the file is missing, or an older one of ours. */
async function typesAreOurs(path: string): Promise<boolean> {
  if (!existsSync(path)) return true;
  const text = await readFile(path, "utf8");
  return text.startsWith(TYPES_HEAD) && text !== typesText();
}

/** Adds the lines that are missing; whether there were any. */
async function ignore(path: string): Promise<boolean> {
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim().replaceAll(/^\/|\/$/g, "")));
  const missing = IGNORED_LINES.filter((line) => !lines.has(line.replaceAll(/^\/|\/$/g, "")));
  if (missing.length === 0) return false;
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(path, `${gap}${missing.join("\n")}\n`);
  return true;
}
