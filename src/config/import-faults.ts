import type { Fault } from "./fault.ts";

type Where = NonNullable<Fault["where"]>;

/** What went wrong when `path` was imported, as faults with file and line where they are known. Never empty. */
export function importFaults(error: unknown, path: string): Fault[] {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.flatMap((inner: unknown) => importFaults(inner, path));
  }
  if (error instanceof BuildMessage)
    return [at(positionOf(error), `cannot be read: ${error.message}`)];
  if (error instanceof ResolveMessage) {
    const where = positionOf(error) ?? { file: error.referrer || path, line: 0, column: 0 };
    const hint = error.specifier.startsWith(".")
      ? "an existing file"
      : "an installed package (`bun add`, `npm install`), or a file";
    return [
      {
        ...at(where, `imports ${JSON.stringify(error.specifier)}, which is not there`),
        allowed: hint,
      },
    ];
  }
  const message =
    error instanceof Error ? `${error.name}: ${error.message}` : `threw ${describe(error)}`;
  return [at(whereThrown(error, path), `was stopped by an error: ${message}`)];
}

function at(where: Where | undefined, message: string): Fault {
  const fault = { path: "", given: null, allowed: "", message };
  return where === undefined ? fault : { ...fault, where };
}

function positionOf(error: BuildMessage | ResolveMessage): Where | undefined {
  const position = error.position;
  if (position === null || position === undefined || position.file === "") return undefined;
  return { file: position.file, line: position.line, column: position.column };
}

const FRAME = /(?:\(|at )(?:file:\/\/)?(\/[^():]+|[A-Za-z]:[\\/][^():]+):(\d+):(\d+)\)?$/;

/** The innermost frame in the team's own files; failing that, the configuration itself without a line. */
function whereThrown(error: unknown, path: string): Where {
  const frames = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  for (const frame of frames) {
    const match = FRAME.exec(frame.trim());
    if (match?.[1] === undefined || isOurs(match[1])) continue;
    return { file: match[1], line: Number(match[2]), column: Number(match[3]) };
  }
  return { file: path, line: 0, column: 0 };
}

const isOurs = (file: string): boolean =>
  file.startsWith(import.meta.dir) ||
  file.startsWith("/$bunfs/") ||
  file.includes("/node_modules/");

function describe(value: unknown): string {
  try {
    return String(JSON.stringify(value) ?? value).slice(0, 200);
  } catch {
    return typeof value;
  }
}
