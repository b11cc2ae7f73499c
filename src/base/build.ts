import manifest from "../../package.json" with { type: "json" };

/** Put in by the build; from source there is no such name. */
declare const LONGSTOP_BUILD_COMMIT: string | undefined;

/** What this program is: its version, and the commit it was built from (`source` when it was not built). */
export const BUILD = {
  version: manifest.version,
  commit: typeof LONGSTOP_BUILD_COMMIT === "string" ? LONGSTOP_BUILD_COMMIT : "source",
} as const;
