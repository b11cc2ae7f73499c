/**
 * Writes `docs/providers/`: a page for each preset and an index, made of the presets themselves, so that
 * they cannot say what the code does not do. By hand: `bun scripts/providers-docs.ts`; a test tells when
 * that was forgotten.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LIMITS } from "../src/base/limits.ts";
import { presetTemplate } from "../src/config/init-texts.ts";
import { presets } from "../src/providers/index.ts";
import type { Preset, Proven } from "../src/providers/provider.ts";

const FOLDER = "docs/providers";
const WRITTEN = "<!-- Written by scripts/providers-docs.ts from the preset. Do not edit. -->";

/** Every page by its path from the top of the clone. */
export function providerPages(all: readonly Preset[]): ReadonlyMap<string, string> {
  const pages = new Map([[`${FOLDER}/README.md`, index(all)]]);
  for (const preset of all) pages.set(`${FOLDER}/${preset.name}.md`, page(preset));
  return pages;
}

function index(all: readonly Preset[]): string {
  const rows = all.map(
    ({ name, title, guide, recovery }) =>
      `| [${title}](${name}.md) | \`${name}\` | ${cell(guide.connection)} | ${recovery === undefined ? "not fetched" : "fetched"} | ${cell(guide.provenBy)} |`,
  );
  return `${WRITTEN}

# Providers

${all.length} senders are known by name. Another one needs no code: see [Custom](custom.md).

| provider | \`provider:\` | connection | missed events | proven by |
|---|---|---|---|---|
${rows.join("\n")}

"Fetched" says that Longstop can ask the provider for what never came; the page says what that takes.

${provenText()}
`;
}

const provenText = (): string =>
  `"Proven by" says what stands on the other side of the tests: the vendor's own library that signs (and Longstop verifies) or verifies (what Longstop signs), a vector that the vendor has published, or, where there is neither, only a second implementation of our own.`;

/** How the provider can be asked; where it could be and is not, that the team can do it. */
function missedText({ guide, recovery }: Preset): string {
  const told = `${capital(guide.recovery)}${/[.!?]$/.test(guide.recovery) ? "" : "."}`;
  const could = recovery === undefined && guide.recovery.startsWith("can be listed");
  return could
    ? `${told} Longstop does not ask for them; \`reconcile: { list }\` of your own can.`
    : told;
}

/** A table's cell holds no bar. */
const cell = (text: string): string => text.replaceAll("|", "\\|");

function page(preset: Preset): string {
  const { name, title, guide } = preset;
  const { config, variables } = presetTemplate(preset);
  return `${WRITTEN}

# ${title}

${keyed([
  ["Follows", preset.source],
  ["What is verified", guide.verifies],
  [
    "What to paste where",
    `${guide.secretHelp} The URL is \`<publicUrl>/in/<source>\`, e.g. \`https://hooks.example.com/in/${name}\`.`,
  ],
  ["In the configuration", configured(preset)],
  ["Connection", `${guide.connection} \`event.connection\` (a JSON Pointer) says otherwise.`],
  ["Known by", `${guide.identity} What comes again counts once.`],
  ["It tries again", guide.retryWindow],
  ["Missed events", missedText(preset)],
  [
    "Body limit",
    `${(preset.bodyBytesMax ?? LIMITS.BODY_BYTES_DEFAULT) / 2 ** 20} MiB, unless \`bodyLimit\` says otherwise.`,
  ],
  ["Proven by", `${capital(guide.provenBy)}. ${PROVEN_NOTES[kindOf(guide.provenBy)]}`],
])}

## A configuration to copy

\`longstop init --provider ${name}\` writes it${variables.length === 0 ? "" : `; ${listOf(variables)} ${variables.length === 1 ? "comes" : "come"} from the environment`}.

\`\`\`ts
${config.trim()}
\`\`\`

## Try it

\`\`\`sh
longstop send ${name} ${preset.sampleTypes[0] ?? ""}
\`\`\`

${capital(listOf(preset.sampleTypes))} can be made.
`;
}

const PROVEN_NOTES = {
  signer: "It signs in the tests, and the preset verifies.",
  verifier: "It verifies in the tests what the preset has signed.",
  vector: "The preset verifies it in the tests.",
  own: "The vendor publishes nothing to hold it against; say so if you find a difference.",
} as const;

function kindOf(proven: Proven): keyof typeof PROVEN_NOTES {
  if (proven.startsWith("vendor's signer")) return "signer";
  if (proven.startsWith("vendor's verifier")) return "verifier";
  return proven.startsWith("published vector") ? "vector" : "own";
}

function configured({ needs, signsUrl }: Preset): string {
  const of = (need: "required" | "optional"): string[] =>
    Object.entries(needs)
      .filter(([, wanted]) => wanted === need)
      .map(([key]) => key);
  const [required, optional] = [of("required"), of("optional")];
  const texts = [
    required.length === 0 ? "" : `${listOf(required)} required`,
    optional.length === 0 ? "" : `${listOf(optional)} optional`,
  ];
  const url = signsUrl ? " `publicUrl` has to be given: it is signed." : "";
  return `${texts.filter((text) => text !== "").join("; ")}.${url}`;
}

const keyed = (rows: readonly (readonly [string, string])[]): string =>
  rows.map(([key, text]) => `- **${key}.** ${text}`).join("\n");

const listOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

if (import.meta.main) {
  const top = resolve(import.meta.dir, "..");
  mkdirSync(join(top, FOLDER), { recursive: true });
  const pages = providerPages(presets);
  for (const [path, text] of pages) writeFileSync(join(top, path), text);
  process.stdout.write(`${pages.size} pages written to ${FOLDER}\n`);
}
