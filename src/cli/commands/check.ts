import type { Result } from "../../base/result.ts";
import { type Fault, formatFaults, formatWarnings } from "../../config/fault.ts";
import type { Settings } from "../../config/settings.ts";
import type { Call, Command } from "../command.ts";
import type { LoadedSettings } from "../deps.ts";
import { CliFailure, EXIT } from "../exit.ts";
import { CONFIG } from "../options.ts";
import { toned } from "../style.ts";
import { counted } from "../text.ts";

export const check: Command = {
  name: "check",
  summary: "check the configuration: every fault at once",
  about:
    "Evaluates the configuration as `serve` would, environment included, and does nothing else. Exit code 1 when there are faults.",
  options: [CONFIG],
  examples: [
    ["check", "the one in this folder"],
    ["check --config deploy/longstop.config.ts --json", "for a pipeline"],
  ],
  run: async (call) => {
    const loaded = await loadedHere(call);
    if (call.out.json) call.out.object(report(loaded));
    else if (loaded.ok) showSummary(call, loaded.value);
    else
      call.out.block(
        formatFaults(loaded.error, call.given.text("config") ?? call.io.env["LONGSTOP_CONFIG"]),
      );
    return loaded.ok ? EXIT.OK : EXIT.FAILED;
  },
};

/** The configuration in force here; its absence is a failure with the way out in it. */
export async function loadedHere({
  given,
  io,
  deps,
}: Pick<Call, "given" | "io" | "deps">): Promise<Result<LoadedSettings, readonly Fault[]>> {
  const loaded = await deps.loadSettings({
    config: given.text("config") ?? null,
    cwd: io.cwd,
    env: io.env,
  });
  if (loaded !== null) return loaded;
  throw new CliFailure(
    EXIT.FAILED,
    `there is no longstop.config.ts in ${io.cwd}`,
    "`longstop init` writes one; --config or LONGSTOP_CONFIG names another.",
  );
}

function report(loaded: Result<LoadedSettings, readonly Fault[]>): unknown {
  if (!loaded.ok) return { ok: false, faults: loaded.error, warnings: [] };
  const { settings, warnings } = loaded.value;
  return {
    ok: true,
    faults: [],
    warnings,
    config: settings.configPath,
    sources: Object.keys(settings.sources),
  };
}

function showSummary({ out }: Pick<Call, "out">, { settings, warnings }: LoadedSettings): void {
  const sources = Object.values(settings.sources);
  out.line(toned("✓ ok", "good"), ` ${settings.configPath ?? ""}`);
  out.fields([
    ["Public", at(settings.listen.public)],
    ["Admin", at(settings.listen.admin)],
    ["Data", settings.dataDir],
    ["Sources", counted(sources.length, "source")],
  ]);
  if (sources.length > 0) {
    out.line();
    out.table(
      [
        { title: "SOURCE", cell: (source) => source.name },
        { title: "PROVIDER", cell: (source) => source.provider },
        { title: "HANDLER", cell: (source) => (source.handler ? "yes" : "none") },
        { title: "ORDER", cell: (source) => source.order },
        { title: "RECEIVES AT", cell: (source) => `/in/${source.name}` },
      ],
      sources,
    );
  }
  for (const warning of warnings) out.note(formatWarnings([warning]));
}

const at = ({ host, port }: Settings["listen"]["public"]): string => `${host}:${port}`;
