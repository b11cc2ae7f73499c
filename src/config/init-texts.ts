import type { NeededKey, PresetNeeds } from "./source.ts";

/** A starting configuration, and the environment variables that it reads. */
export interface Template {
  readonly config: string;
  readonly variables: readonly string[];
}

const HANDLER = `      // Runs once per event of a connection at a time, in order; throwing makes another attempt.
      async onEvent(event, ctx) {
        // Kept together with the event's outcome, so that each event counts exactly once.
        ctx.state.seen = (ctx.state.seen ?? 0) + 1;
        ctx.log.info("handled", { type: event.type, seen: ctx.state.seen });
      },`;

const CUSTOM_EVENT = `      // Where things are in a payload (JSON Pointers). Events of one connection wait for each other.
      event: { id: "/id", type: "/type", connection: "/account" },`;

/** Without a provider: accepts anything, and therefore listens on this machine only. Works as it is. */
export function openTemplate(): Template {
  const config = frame(
    ["defineConfig"],
    `  // This machine only, as long as the source below is open to anyone. Later: "0.0.0.0:8080".
  listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8081" },`,
    `    // Receives at http://127.0.0.1:8080/in/inbox
    inbox: {
      provider: "custom",
      // Accepts anything. With a signature instead (and env from "longstop"):
      //   verify: { scheme: "hmac", header: "x-signature", secrets: [env("INBOX_SECRET")] },
      verify: "none",
${CUSTOM_EVENT}
${HANDLER}
    },`,
  );
  return { config, variables: [] };
}

/** For one provider: what its preset requires comes from the environment. `name`: the source's. */
export function presetTemplate(preset: PresetNeeds, name: string = preset.name): Template {
  const prefix = preset.name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  const lines: string[] = [`      provider: ${JSON.stringify(preset.name)},`];
  const variables: string[] = [];
  const variable = (name: string): string => {
    variables.push(`${prefix}_${name}`);
    return `env("${prefix}_${name}")`;
  };
  const wants = (key: NeededKey): boolean => preset.needs[key] === "required";
  if (wants("verify")) {
    const secrets = `secrets: [${variable("WEBHOOK_SECRET")}]`;
    lines.push(`      // HMAC-SHA256 over the body, in hex. Other schemes: see the type of verify.
      verify: { scheme: "hmac", header: "x-signature", ${secrets} },`);
    lines.push(CUSTOM_EVENT);
  } else if (wants("secrets")) {
    lines.push(`      // Several may be given: to replace one, add the next before the provider uses it.
      secrets: [${variable("WEBHOOK_SECRET")}],`);
  }
  if (wants("publicKey")) lines.push(`      publicKey: ${variable("PUBLIC_KEY")},`);
  if (wants("verifyToken")) lines.push(`      verifyToken: ${variable("VERIFY_TOKEN")},`);
  if (wants("credentials")) {
    lines.push(
      `      credentials: { clientId: ${variable("CLIENT_ID")}, clientSecret: ${variable("CLIENT_SECRET")} },`,
    );
  }
  if (wants("apiKey")) lines.push(`      apiKey: ${variable("API_KEY")},`);
  if (preset.recovery !== undefined) lines.push(...askingHint(preset, prefix));
  const source = `    // Receives at /in/${name}\n    ${JSON.stringify(name)}: {\n${lines.join("\n")}\n${HANDLER}\n    },`;
  const listen = `  // "0.0.0.0:8080" receives from everywhere; keep admin to this machine or your own network.
  listen: { public: "0.0.0.0:8080", admin: "127.0.0.1:8081" },
  // How providers see this server; ${preset.signsUrl ? `${preset.name} signs the URL: put your own here` : "several sign the URL"}.
  ${preset.signsUrl ? "" : "// "}publicUrl: "https://hooks.example.com",`;
  return {
    config: frame(
      variables.length > 0 ? ["defineConfig", "env"] : ["defineConfig"],
      listen,
      source,
    ),
    variables,
  };
}

/** What asking for missed events takes and receiving does not: to be uncommented, since not everybody has it. */
function askingHint({ needs }: PresetNeeds, prefix: string): readonly string[] {
  const wanted = [
    needs.credentials === "optional"
      ? `      // credentials: { clientId: env("${prefix}_CLIENT_ID"), clientSecret: env("${prefix}_CLIENT_SECRET") },`
      : null,
    needs.apiKey === "optional" ? `      // apiKey: env("${prefix}_API_KEY"),` : null,
  ].filter((line) => line !== null);
  if (wanted.length === 0) return [];
  return [
    "      // With this, what never came is fetched too; `longstop reconcile status` says what is lacking:",
    ...wanted,
  ];
}

function frame(names: readonly string[], listen: string, source: string): string {
  return `import { ${names.join(", ")} } from "longstop";

// Check it with \`longstop check\`; run it with \`longstop serve\`; reload it with SIGHUP.
export default defineConfig({
${listen}
  dataDir: "./data",
  sources: {
${source}
  },
});
`;
}

/** Names without values: secrets belong into the environment, not into the folder. */
export function environmentText(variables: readonly string[]): string {
  const own = variables.map((name) => `${name}=`);
  const lines = [
    "# Copy to .env, fill in, and hand to the process (it reads no file by itself):",
    "#   set -a; . ./.env; set +a; longstop serve",
    ...own,
    "# A fixed key for the operators' API; otherwise the first start makes one and prints it once.",
    "# LONGSTOP_ADMIN_KEY=",
    "# LONGSTOP_DATA=./data",
    "# LONGSTOP_LOG=info",
  ];
  return `${lines.join("\n")}\n`;
}

/** For a folder without one: only so that editors and `tsc` check the configuration. */
export const TSCONFIG_TEXT = `{
  "compilerOptions": {
    "target": "ESNext",
    "module": "Preserve",
    "moduleResolution": "bundler",
    "lib": ["ESNext", "DOM"],
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  }
}
`;

export const IGNORED_LINES: readonly string[] = ["/data/", ".env"];
